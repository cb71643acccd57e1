"""Draws the state tables as diagrams."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from infusion.domain.states import STEPS
from infusion.management.pages.markdown import table


def pages() -> Iterator[tuple[str, str]]:
    """Return one page a kind of record."""
    names = {kind.__name__.removesuffix("Status").lower(): kind for kind in STEPS}
    links = "\n".join(f"- [{name}]({name}.md)" for name in names)
    yield (
        "README.md",
        f"# States\n\nThe database enforces the same tables by trigger.\n\n{links}\n",
    )
    for name, kind in names.items():
        yield f"{name}.md", _page(name, kind, STEPS[kind])


def _page(
    name: str, kind: type[StrEnum], steps: Mapping[StrEnum, frozenset[StrEnum]]
) -> str:
    about = " ".join((kind.__doc__ or "").split())
    first = next(iter(kind))
    arrows = [f"    [*] --> {first.value}"]
    rows = []
    for state in kind:
        after = [one for one in kind if one in steps[state]]
        arrows += [f"    {state.value} --> {one.value}" for one in after]
        arrows += [] if after else [f"    {state.value} --> [*]"]
        rows.append((state.value, ", ".join(after) or "final"))
    diagram = "\n".join(("```mermaid", "stateDiagram-v2", *arrows, "```"))
    return (
        f"# {name.capitalize()}\n\n{about}\n\n{diagram}\n\n"
        f"{table(('state', 'may become'), rows)}"
    )
