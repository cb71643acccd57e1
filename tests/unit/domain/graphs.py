"""Small blocks and graphs; a test states what matters."""

from infusion.domain.blocks import Block, BlockKind, Edge, Successor, Until
from infusion.domain.courses import Text

TITLE = Text(en="Block", zh="阶段")


def block(key: str, **more: object) -> Block:
    values: dict[str, object] = {"kind": BlockKind.CHEMOTHERAPY, "title": TITLE, **more}
    return Block(key=key, **values)  # type: ignore[arg-type]


def ways(*keys: str, **more: object) -> tuple[Successor, ...]:
    return tuple(Successor(to=key, **more) for key in keys)  # type: ignore[arg-type]


def chemo(key: str, *to: str, days: int | None = 28, until: str | None = None) -> Block:
    return block(
        key,
        own_days=days,
        successors=ways(*to),
        until=Until(anchor=until, edge=Edge.START, days=30) if until else None,
    )
