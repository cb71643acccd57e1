"""Graphs of the shapes that real regimens have, and a maker of arbitrary ones."""

import itertools

from hypothesis import strategies as st

from infusion.domain.blocks import BlockKind
from infusion.domain.flowcharts import Graph, Line, Node, Tone, Way

KINDS = list(BlockKind)


def node(key, kind=BlockKind.BLINATUMOMAB, *lines, title=None):
    return Node(
        key=key,
        kind=kind,
        title=title or f"Block {key}",
        word=kind.value.title(),
        label=f"Block {key}, {kind.value.title()}",
        lines=tuple(lines),
        href=f"#block-{key}",
    )


def way(start, end, text="", *, optional=False):
    return Way(
        start=start,
        end=end,
        text=text,
        label=f"From {start} to {end}: {text}",
        is_optional=optional,
    )


def graph(nodes, ways):
    return Graph(
        key="g",
        title="A regimen",
        description="What the table says too.",
        blocks="Blocks",
        ways="Ways",
        nodes=tuple(nodes),
        edges=tuple(ways),
    )


FORK = graph(
    [
        node("ia", BlockKind.IMMUNOTHERAPY, Line(text="21 days")),
        node("ib", BlockKind.IMMUNOTHERAPY, Line(text="28 days")),
        node("ic", BlockKind.IMMUNOTHERAPY, Line(text="28 days")),
        node("ii", BlockKind.BLINATUMOMAB, Line(text="42 days")),
        node(
            "iii",
            BlockKind.BLINATUMOMAB,
            Line(text="missing: days free", tone=Tone.MISSING),
        ),
        node("hsct", BlockKind.EXIT),
        node("out", BlockKind.EXIT),
    ],
    [
        way("ia", "ib", "Cytoreduction: yes and Remission: CR or CRi"),
        way("ia", "ic", "Cytoreduction: yes and Remission: no remission"),
        way("ia", "ii", "Cytoreduction: no"),
        way("ib", "ii"),
        way("ic", "ii"),
        way("ii", "iii", "Remission: CR, CRh or CRi"),
        way("ii", "hsct", "instead", optional=True),
        way("ii", "out", "Remission: no remission"),
        way("iii", "hsct", "instead", optional=True),
    ],
)
ALONE = graph([node("only")], [])


def chain(length):
    """A long programme with a transplant after any block."""
    keys = [f"b{number}" for number in range(length)]
    return graph(
        [*(node(key) for key in keys), node("hsct", BlockKind.EXIT)],
        [
            *(way(*pair) for pair in itertools.pairwise(keys)),
            *(way(key, "hsct", optional=True) for key in keys),
        ],
    )


@st.composite
def any_graph(draw):
    """Any graph without a way back, of which every block can be reached."""
    size = draw(st.integers(1, 12))
    texts = st.sampled_from(["", "Donor: available", "微小残留病 低于 0.01%" * 3])
    pairs = set()
    for end in range(1, size):
        starts = st.sets(st.integers(0, end - 1), min_size=1, max_size=3)
        pairs |= {(start, end) for start in draw(starts)}
    nodes = [node(f"b{at}", KINDS[at % len(KINDS)]) for at in range(size)]
    ways = [
        way(f"b{start}", f"b{end}", draw(texts), optional=draw(st.booleans()))
        for start, end in sorted(pairs)
    ]
    return graph(nodes, ways)
