"""Conditions and formulas: text in Python's grammar → typed trees. Parsed with `ast`, never executed.

A condition is a tree of `And`, `Or` and `Not` over leaf tests (`Compare`, `OneOf`, `Member`, `Known`) and of `Is`, which
reads an attribute that other rules conclude. Ordered choices become sets of alternatives, so that every leaf says plainly what
it tests.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from salespath.facts.vocabulary import Derived, Fact, Vocabulary
from salespath.files.problems import shown, suggestion
from salespath.rules.model import Attribute

MAX_LENGTH = 2000
VERDICT_NUMBERS = ("fit_enterprise", "fit_smb", "means_enterprise", "means_smb")
BLOCKED = {f"{process}_blocked": process for process in ("enterprise", "smb", "both")}


@dataclass(frozen=True)
class Constant:
    """A number."""

    value: float


@dataclass(frozen=True)
class Quantity:
    """The value of a numeric fact, derived number or verdict number."""

    name: str


@dataclass(frozen=True)
class Count:
    """How many members a set fact has."""

    name: str


@dataclass(frozen=True)
class Arithmetic:
    """`left operator right`, the operator one of + - * /."""

    operator: str
    left: Number
    right: Number


@dataclass(frozen=True)
class Compare:
    """`left operator right` of two numbers, the operator one of < <= > >= == !=."""

    operator: str
    left: Number
    right: Number


@dataclass(frozen=True)
class OneOf:
    """Whether a choice or yes/no fact has one of some values."""

    name: str
    values: frozenset[str | bool]


@dataclass(frozen=True)
class Member:
    """Whether a set fact has a member."""

    name: str
    value: str


@dataclass(frozen=True)
class Known:
    """Whether a fact or derived number is known."""

    name: str


@dataclass(frozen=True)
class Is:
    """Whether an attribute has a value."""

    attribute: str
    value: str


@dataclass(frozen=True)
class Not:
    """The negation."""

    item: Condition


@dataclass(frozen=True)
class And:
    """All of them. Of none: true."""

    items: tuple[Condition, ...]


@dataclass(frozen=True)
class Or:
    """Any of them. Of none: false."""

    items: tuple[Condition, ...]


Number: TypeAlias = "Constant | Quantity | Count | Arithmetic"
Leaf: TypeAlias = "Compare | OneOf | Member | Known"
Condition: TypeAlias = "Leaf | Is | Not | And | Or"

TRUE = And(())


class ExpressionError(ValueError):
    """A text that is not an expression of the rule language; the message says why."""


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use."""

    vocabulary: Vocabulary | None
    attributes: Mapping[str, Attribute]
    numbers: tuple[str, ...] = ()
    known: bool = False

    def suggestion(self, name: str) -> str:
        """` Did you mean x?` for the name that another one may have meant."""
        others = *self.attributes, *self.numbers
        return self.vocabulary.suggestion(name, *others) if self.vocabulary else suggestion(name, others)


_OPERATORS: dict[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def condition(text: str, scope: Scope) -> Condition:
    """The typed tree of a condition; empty text is true. Raises ExpressionError."""
    return _Typer(scope).condition(_parse(text)) if text.strip() else TRUE


def formula(text: str, scope: Scope) -> Number:
    """The typed tree of a numeric formula. Raises ExpressionError."""
    return _Typer(scope).number(_parse(text))


def _parse(text: str) -> ast.expr:
    text = " ".join(text.split())
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"it is longer than {MAX_LENGTH} characters.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `1or x` is merely odd
            tree = ast.parse(text, mode="eval").body
        depth = _depth(tree)
    except SyntaxError as error:
        near = shown(text[max(0, (error.offset or 1) - 10) :], 30)
        raise ExpressionError(f"it is not an expression: {error.msg} near {near}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("it is not an expression, or nested too deeply.") from None
    if depth > 40:
        raise ExpressionError("it is nested more than 40 levels deep.")
    return tree


def _depth(tree: ast.AST) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return deepest


class _Typer:
    """Gives every node of one expression its type, or says why it has none."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def condition(self, node: ast.expr) -> Condition:
        if isinstance(node, ast.BoolOp):
            items = tuple(self.condition(value) for value in node.values)
            return And(items) if isinstance(node.op, ast.And) else Or(items)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Not(self.condition(node.operand))
        if isinstance(node, ast.Compare):
            parts, left = [], node.left
            for operator, right in zip(node.ops, node.comparators):
                parts.append(self._comparison(operator, left, right))
                left = right
            return parts[0] if len(parts) == 1 else And(tuple(parts))
        if isinstance(node, ast.Name):
            return self._flag(node.id)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "known":
            return self._known(node)
        raise ExpressionError(f"{_code(node)} is not a condition.")

    def _flag(self, name: str) -> Condition:
        attribute = self.scope.attributes.get(name)
        if attribute:
            if attribute.flag:
                return Is(name, "yes")
            raise ExpressionError(f"{name} is not yes or no; compare it with {', '.join(attribute.values)}.")
        fact = self._fact(name)
        if fact.type == "boolean":
            return OneOf(name, frozenset([True]))
        raise ExpressionError(f"{name} is a {fact.type}, not yes or no; compare it with something.")

    def _known(self, node: ast.Call) -> Condition:
        if not self.scope.known:
            raise ExpressionError(
                "known() is only for advise and warn rules: a conclusion must not change because a question was skipped."
            )
        if len(node.args) != 1 or node.keywords or not isinstance(node.args[0], ast.Name):
            raise ExpressionError("known() takes the name of one fact.")
        if self._fact(node.args[0].id).type == "date":
            raise ExpressionError(f"{node.args[0].id} is a date, which no rule reads.")
        return Known(node.args[0].id)

    def _comparison(self, operator: ast.cmpop, left: ast.expr, right: ast.expr) -> Condition:
        if isinstance(operator, (ast.In, ast.NotIn)):
            found = self._membership(left, right)
            return Not(found) if isinstance(operator, ast.NotIn) else found
        sign = _OPERATORS.get(type(operator))
        if sign is None:
            raise ExpressionError(f"{_code(left)} and {_code(right)}: only < <= > >= == != and in can compare.")
        for subject, other, direction in ((left, right, sign), (right, left, _MIRRORED[sign])):
            if isinstance(subject, ast.Name):
                name = subject.id
                if name in self.scope.attributes:
                    return self._attribute_compare(name, direction, other)
                fact = self.scope.vocabulary.facts.get(name) if self.scope.vocabulary else None
                if isinstance(fact, Fact) and fact.type in ("choice", "boolean"):
                    return self._choice_compare(fact, direction, other)
                if isinstance(fact, Fact) and fact.type == "set":
                    raise ExpressionError(f"{name} is a set; write `value in {name}` or `count({name})`.")
        first, second = self.number(left), self.number(right)
        if isinstance(first, Constant):  # `10_000 <= x` is read as `x >= 10_000`
            return Compare(_MIRRORED[sign], second, first)
        return Compare(sign, first, second)

    def _choice_compare(self, fact: Fact, sign: str, other: ast.expr) -> Condition:
        if fact.type == "boolean":
            raise ExpressionError(f"{fact.id} is yes or no; write `{fact.id}` or `not {fact.id}`.")
        value = self._value(other, fact.values, fact.id)
        if sign in ("==", "!="):
            found = OneOf(fact.id, frozenset([value]))
            return found if sign == "==" else Not(found)
        if not fact.ordered:
            raise ExpressionError(f"the values of {fact.id} have no order; use == or in.")
        order = list(fact.values)
        place = order.index(value)
        keep = {"<": order[:place], "<=": order[: place + 1], ">": order[place + 1 :], ">=": order[place:]}[sign]
        return OneOf(fact.id, frozenset(keep))

    def _attribute_compare(self, name: str, sign: str, other: ast.expr) -> Condition:
        attribute = self.scope.attributes[name]
        if attribute.flag:
            raise ExpressionError(f"{name} is yes or no; write `{name}` or `not {name}`.")
        found = Is(name, self._value(other, attribute.values, name))
        if sign not in ("==", "!="):
            raise ExpressionError(f"{name} can be compared with == and in only.")
        return found if sign == "==" else Not(found)

    def _membership(self, left: ast.expr, right: ast.expr) -> Condition:
        if isinstance(right, ast.Name):
            fact = self._fact(right.id)
            if fact.type != "set":
                raise ExpressionError(f"{right.id} is not a set.")
            return Member(fact.id, self._value(left, fact.values, fact.id))
        if isinstance(left, ast.Name) and isinstance(right, (ast.List, ast.Tuple, ast.Set)):
            name = left.id
            attribute = self.scope.attributes.get(name)
            if attribute:
                return Or(tuple(Is(name, self._value(item, attribute.values, name)) for item in right.elts))
            fact = self._fact(name)
            if fact.type == "choice":
                return OneOf(name, frozenset(self._value(item, fact.values, name) for item in right.elts))
        raise ExpressionError(f"{_code(left)} in {_code(right)}: write `value in set` or `choice in [value, value]`.")

    def _value(self, node: ast.expr, values: Mapping[str, str] | tuple[str, ...], name: str) -> str:
        if isinstance(node, ast.Name) and node.id in values:
            return node.id
        word = node.id if isinstance(node, ast.Name) else _code(node)
        expected = f"expected one of {', '.join(values)}.{suggestion(word, values)}"
        raise ExpressionError(f"{shown(word)} is not a value of {name}; {expected}")

    def number(self, node: ast.expr) -> Number:
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            if not abs(node.value) <= 1e15:
                raise ExpressionError(f"{shown(_code(node), 30)} is too large.")
            return Constant(float(node.value))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.number(node.operand)
            return Constant(-inner.value) if isinstance(inner, Constant) else Arithmetic("-", Constant(0.0), inner)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            found = Arithmetic(_OPERATORS[type(node.op)], self.number(node.left), self.number(node.right))
            if self.scope.numbers and found.operator in ("*", "/"):
                self._scaled(found, node)
            return found
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "count":
            if len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.Name):
                fact = self._fact(node.args[0].id)
                if fact.type == "set":
                    return Count(fact.id)
            raise ExpressionError("count() takes the name of one set.")
        if isinstance(node, ast.Name):
            if node.id in self.scope.numbers:
                return Quantity(node.id)
            if node.id in self.scope.attributes:
                raise ExpressionError(f"{node.id} is not a number.")
            fact = self._fact(node.id)
            if not fact.numeric:
                raise ExpressionError(f"{node.id} is a {fact.type}, not a number.")
            return Quantity(node.id)
        raise ExpressionError(f"{_code(node)} is not a number.")

    def _scaled(self, product: Arithmetic, node: ast.expr) -> None:
        """Verdict numbers have bounds, which only a constant factor keeps in order."""
        factors = (product.right,) if product.operator == "/" else (product.left, product.right)
        if not any(isinstance(factor, Constant) and factor.value for factor in factors):
            names = ", ".join(self.scope.numbers)
            raise ExpressionError(f"{_code(node)}: {names} are scaled by numbers other than 0 only.")

    def _fact(self, name: str) -> Fact | Derived:
        vocabulary = self.scope.vocabulary
        if vocabulary is not None and name in vocabulary:
            return vocabulary[name]
        raise ExpressionError(f"there is no {shown(name)} here.{self.scope.suggestion(name)}")


def _code(node: ast.AST) -> str:
    try:
        return shown(ast.unparse(node), 40)
    except (ValueError, RecursionError):
        return "this"


def walk(tree: Condition | Number) -> Iterator[Condition | Number]:
    """A tree and all its parts, each before its own, left to right."""
    yield tree
    match tree:
        case And(items) | Or(items):
            for item in items:
                yield from walk(item)
        case Not(item):
            yield from walk(item)
        case Compare(_, left, right) | Arithmetic(_, left, right):
            yield from walk(left)
            yield from walk(right)


def leaves(tree: Condition) -> Iterator[Leaf | Is]:
    """Every leaf and attribute reading of a condition, left to right."""
    for part in walk(tree):
        match part:
            case Compare() | OneOf() | Member() | Known() | Is():
                yield part


def inputs(tree: Condition | Number) -> set[str]:
    """The facts, numbers and attributes that a tree reads."""
    found = set()
    for part in walk(tree):
        match part:
            case Quantity(name) | Count(name) | OneOf(name) | Member(name) | Known(name) | Is(name):
                found.add(name)
    return found


def necessary(tree: Condition, wanted: bool = True) -> set[str]:
    """The names that are known wherever a condition is true (or false, with `wanted` false)."""
    match tree:
        case Not(item):
            return necessary(item, not wanted)
        case And(items) | Or(items):
            parts = [necessary(item, wanted) for item in items]
            if (type(tree) is And) == wanted:
                return set().union(*parts)
            return set.intersection(*parts) if parts else set()
        case Known() if not wanted:
            return set()
    return inputs(tree)
