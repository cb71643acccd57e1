"""The picture of a regimen: nothing overlaps, every way is drawn, the same each time."""

import itertools
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion.domain.blocks import BlockKind
from infusion.domain.flowcharts import NARROW, WIDE, draw, folded, lay_out
from infusion.domain.flowcharts.layering import crossings, weave
from infusion.domain.flowcharts.shapes import look_of
from infusion.domain.flowcharts.texts import SMALL, width_of, wrap
from tests.unit.flowcharts import graphs

SVG = "{http://www.w3.org/2000/svg}"
FORMS = {"wide": WIDE, "narrow": NARROW}
PHONE = 345


def parse(text):
    return ET.fromstring(text)  # noqa: S314 - our own picture


def laid_out(graph, form):
    graph = folded(graph) if form is NARROW else graph
    return graph, lay_out(graph, form)


@settings(max_examples=150, deadline=None)
@given(graphs.any_graph(), st.sampled_from([WIDE, NARROW]))
def test_nothing_overlaps_and_nothing_leaves_the_picture(graph, form):
    _, layout = laid_out(graph, form)
    boxes = [*layout.boxes.values(), *layout.tags.values()]

    assert not [
        pair for pair in itertools.combinations(boxes, 2) if pair[0].overlaps(pair[1])
    ]
    for box in boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.height


@settings(max_examples=150, deadline=None)
@given(graphs.any_graph(), st.sampled_from([WIDE, NARROW]))
def test_every_way_runs_down_from_its_block_to_its_block(graph, form):
    graph, layout = laid_out(graph, form)

    assert len(layout.lines) == len(graph.edges)
    for way, bends in zip(graph.edges, layout.lines, strict=True):
        start, end = layout.boxes[way.start], layout.boxes[way.end]
        assert start.x < bends[0].x < start.x + start.width
        assert bends[0].y == start.y + start.height
        assert end.x < bends[-1].to_x < end.x + end.width
        assert bends[-1].to_y == end.y
        assert all(bend.y < bend.to_y for bend in bends)


@settings(max_examples=150, deadline=None)
@given(graphs.any_graph(), st.sampled_from([WIDE, NARROW]))
def test_no_way_runs_through_a_block_it_does_not_touch(graph, form):
    graph, layout = laid_out(graph, form)
    for way, bends in zip(graph.edges, layout.lines, strict=True):
        others = [
            box for key, box in layout.boxes.items() if key not in {way.start, way.end}
        ]
        for bend, box in itertools.product(bends, others):
            # A curve stays between the rows; only a straight stretch passes boxes.
            beside = bend.x <= box.x or bend.x >= box.x + box.width
            above_or_below = bend.to_y <= box.y or bend.y >= box.y + box.height
            assert beside or above_or_below, (way, bend, box)


@settings(max_examples=50, deadline=None)
@given(graphs.any_graph())
def test_the_same_graph_is_drawn_byte_for_byte_the_same(graph):
    assert draw(graph, WIDE) == draw(graph, WIDE)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("graph", [graphs.FORK, graphs.ALONE, graphs.chain(15)])
def test_every_block_and_way_is_said_and_drawn(graph, form):
    picture = parse(draw(folded(graph) if form is NARROW else graph, form))
    labels = {element.get("aria-label") for element in picture.iter()}
    paths = picture.findall(f".//{SVG}path")

    assert {node.label for node in graph.nodes} <= labels
    assert {way.label for way in graph.edges} <= labels
    # An outline for each block, a line and a head for each way.
    assert len(paths) == len(graph.nodes) + 2 * len(graph.edges)
    assert picture.find(f"{SVG}title").text == graph.title
    assert picture.find(f"{SVG}desc").text == graph.description


def test_a_hole_is_written_and_a_condition_stands_on_its_way():
    words = "".join(parse(draw(graphs.FORK)).itertext())

    assert "missing: days free" in words
    assert "Cytoreduction: no" in words


def test_on_a_phone_the_conditions_stand_in_the_box_they_leave():
    picture = draw(folded(graphs.FORK), NARROW)
    written = " ".join(text.text for text in parse(picture).iter(f"{SVG}text"))

    assert "→ Block ii: Cytoreduction: no" in written
    assert lay_out(folded(graphs.FORK), NARROW).width <= PHONE


def test_a_long_programme_stays_one_column_wide_on_a_phone():
    layout = lay_out(folded(graphs.chain(15)), NARROW)

    assert layout.width <= PHONE
    assert len({box.x for key, box in layout.boxes.items() if key != "hsct"}) == 1


def test_ways_to_the_same_block_share_a_lane():
    web = weave(graphs.chain(15), columns=3)

    assert max(len(row) for row in web.rows) <= 3


def test_two_ways_do_not_cross_without_need():
    # b0 forks into b1 and b2, which lead to b4 and b3: crossing them is easy to avoid.
    graph = graphs.graph(
        [graphs.node(f"b{at}") for at in range(5)],
        [
            graphs.way("b0", "b1"),
            graphs.way("b0", "b2"),
            graphs.way("b1", "b4"),
            graphs.way("b2", "b3"),
        ],
    )

    assert crossings(weave(graph, columns=3)) == 0


def test_each_kind_has_a_shape_and_a_colour_of_its_own():
    box = next(iter(lay_out(graphs.ALONE, WIDE).boxes.values()))
    outlines = {look_of(kind).outline(box) for kind in BlockKind}
    lines = {look_of(kind).line for kind in BlockKind}

    assert len(outlines) == len(BlockKind)
    # The two kinds with an infusion share their colour: the drug is the same.
    assert len(lines) == len(BlockKind) - 1


def test_the_picture_carries_no_style_and_no_script():
    picture = draw(graphs.FORK)

    assert "style" not in picture
    assert "<script" not in picture


def test_texts_are_escaped():
    trap = graphs.graph([graphs.node("a", title="<b>&\x07")], [])

    assert "".join(parse(draw(trap)).itertext()).count("<b>&") == 1


@given(st.text(max_size=80), st.integers(20, 300))
def test_a_wrapped_text_keeps_its_letters_and_fits(text, room):
    lines = wrap(text, room, SMALL)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line, SMALL) <= room or len(line) == 1 for line in lines)


def test_chinese_is_broken_between_letters():
    assert len(wrap("微小残留病阴性的前体B细胞急性淋巴细胞白血病", 60, SMALL)) > 3
