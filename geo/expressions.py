"""Expressions: a formula that an adviser types, as a tree of a few kinds of parts and nothing else.

Names, numbers, `+ - * /`, parentheses and four functions. The text is cut into these before anything reads it
as Python, and of what Python reads only the kinds below are taken over: nothing is ever run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.errors import NotAnExpression, TooComplex

FloatArray = NDArray[np.float64]

LONGEST: Final = 500
DEEPEST: Final = 32
# With all that it refers to: what is compared or copied layer by layer stays far from what Python can.
MOST_LAYERS: Final = 100
MOST_PARTS: Final = 400
FUNCTIONS: Final = ("min", "max", "aandeel", "per1000")
_PIECE: Final = re.compile(
    r"\d{1,8}(?:\.\d{1,6})?(?![\w.])"  # a number, with too few digits to be a BSN
    r"|[a-z](?:_?[a-z0-9])*(?!\w)"  # a name
    r"|[-+*/(),]| +",
    re.ASCII,
)
_SIGNS: Final[Mapping[type[ast.operator], str]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was typed; `at` is its place in the text, from 0, as in every part."""

    value: float
    at: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    """A figure, a count or a cijfer by its name."""

    name: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Negative:
    """A part with a minus before it."""

    of: Node
    at: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """Two parts with a sign between them."""

    sign: str
    left: Node
    right: Node
    at: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One of `FUNCTIONS` with two parts; `aandeel` is in percent, `per1000` per thousand of the second."""

    function: str
    left: Node
    right: Node
    at: int = 0


Node = Number | Name | Negative | Operation | Call


def parse(text: str) -> Node:
    """The tree of a formula; NotAnExpression or TooComplex, with the place, for anything else."""
    if len(text) > LONGEST:
        raise TooComplex(f"de formule is {len(text)} tekens, hoogstens {LONGEST} mag")
    if not text.strip():
        raise NotAnExpression("de formule is leeg")
    _check_pieces(text)
    plain = text.lstrip(" ")
    try:
        found = ast.parse(plain, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as wrong:
        at = getattr(wrong, "offset", None)
        raise NotAnExpression(f"{_place(at, text)}dit kunnen wij niet als formule lezen") from None
    return _node(found.body, len(text) - len(plain), 1)


def names(tree: Node) -> Iterator[Name]:
    """The names in a tree, from left to right, each as often as it stands there."""
    if isinstance(tree, Name):
        yield tree
    for part in parts(tree):
        yield from names(part)


def parts(tree: Node) -> tuple[Node, ...]:
    """The parts that a part is made of."""
    match tree:
        case Negative():
            return (tree.of,)
        case Operation() | Call():
            return (tree.left, tree.right)
        case _:
            return ()


def evaluate(tree: Node, values: Mapping[str, FloatArray]) -> FloatArray:
    """What a tree comes to, place by place; NaN where a step has no outcome, such as a division by 0."""
    with np.errstate(all="ignore"):
        return _evaluate(tree, values)


def substitute(tree: Node, replaced: Callable[[Name], Node]) -> Node:
    """The tree with another one in the place of each name."""
    match tree:
        case Name():
            return replaced(tree)
        case Negative():
            return Negative(substitute(tree.of, replaced), tree.at)
        case Operation():
            left, right = substitute(tree.left, replaced), substitute(tree.right, replaced)
            return Operation(tree.sign, left, right, tree.at)
        case Call():
            left, right = substitute(tree.left, replaced), substitute(tree.right, replaced)
            return Call(tree.function, left, right, tree.at)
        case Number():
            return tree


def check_size(tree: Node) -> None:
    """TooComplex when a tree, with all that it refers to, has too many parts or layers."""
    count = 0
    waiting = [(tree, 1)]
    while waiting:
        count += 1
        part, depth = waiting.pop()
        if count > MOST_PARTS:
            raise TooComplex(f"de formule heeft met alles wat zij gebruikt meer dan {MOST_PARTS} delen")
        if depth > MOST_LAYERS:
            raise TooComplex(f"de formule is met alles wat zij gebruikt meer dan {MOST_LAYERS} lagen diep")
        waiting.extend((one, depth + 1) for one in parts(part))


def _check_pieces(text: str) -> None:
    """NotAnExpression at the first character that is no part of a number, a name or a sign."""
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            raise NotAnExpression(f"{_place(at + 1, text)}dit teken of deze naam kan niet in een formule")
        at = piece.end()


def _node(found: ast.expr, shift: int, depth: int) -> Node:
    if depth > DEEPEST:
        raise TooComplex(f"de formule is meer dan {DEEPEST} lagen diep")
    at = found.col_offset + shift
    match found:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return Number(float(value), at)
        case ast.Name(id=name):
            return Name(name, at)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Negative(_node(operand, shift, depth + 1), at)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
            parts = _node(left, shift, depth + 1), _node(right, shift, depth + 1)
            return Operation(_SIGNS[type(op)], *parts, at)
        case ast.Call(func=ast.Name(id=name), args=[left, right], keywords=[]) if name in FUNCTIONS:
            return Call(name, _node(left, shift, depth + 1), _node(right, shift, depth + 1), at)
        case ast.Call(func=ast.Name(id=name)):
            known = ", ".join(FUNCTIONS)
            raise NotAnExpression(
                f"bij teken {at + 1}: {name}( ) kennen wij niet met deze delen; wel, met twee: {known}"
            )
        case _:
            raise NotAnExpression(f"bij teken {at + 1}: dit kan niet in een formule")


def _evaluate(tree: Node, values: Mapping[str, FloatArray]) -> FloatArray:
    match tree:
        case Number():
            return np.float64(tree.value) * np.ones(())
        case Name():
            return values[tree.name]
        case Negative():
            return -_evaluate(tree.of, values)
        case Operation() | Call():
            left, right = _evaluate(tree.left, values), _evaluate(tree.right, values)
            word = tree.sign if isinstance(tree, Operation) else tree.function
            outcome = _STEPS[word](left, right)
            return np.where(np.isfinite(outcome), outcome, np.nan)


_STEPS: Final[Mapping[str, Callable[[FloatArray, FloatArray], FloatArray]]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "min": np.minimum,
    "max": np.maximum,
    "aandeel": lambda over, under: 100 * (over / under),
    "per1000": lambda over, under: 1000 * (over / under),
}


def _place(offset: int | None, text: str) -> str:
    """Where something stands, from 1, with the text around it."""
    if not offset or offset > len(text):
        return ""
    return f"bij teken {offset} ({text[offset - 1 : offset + 14].strip()}): "
