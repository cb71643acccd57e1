"""Worked examples: tables a pharmacist can check by hand; docs/rules is made from them."""

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

Row = tuple[str, ...]

_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One rule: what it says, where it comes from, and its examples."""

    key: str
    title: tuple[str, str]
    rule: tuple[str, str]
    source: str
    columns: Row
    rows: tuple[Row, ...]


def worked(arithmetic: str) -> Decimal:
    """Work out what is written, exactly: "sqrt(162 x 40.5 / 3600) x 15"."""
    written = arithmetic.replace(" x ", " * ").replace("^", "**")
    return _value(ast.parse(written, mode="eval").body, written)


def _value(node: ast.expr, written: str) -> Decimal:
    match node:
        case ast.Constant():
            return Decimal(ast.get_source_segment(written, node) or "")
        case ast.BinOp(left=left, op=op, right=right):
            work = _OPERATORS[type(op)]
            return work(_value(left, written), _value(right, written))
        case ast.Call(func=ast.Name(id="sqrt"), args=[inner]):
            return _value(inner, written).sqrt()
        case ast.Call(func=ast.Name(id="min"), args=[left, right]):
            return min(_value(left, written), _value(right, written))
    raise ValueError(f"can't work out {written}")
