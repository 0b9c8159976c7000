"""Symbolic evaluation: decides whether a text is true while some values are unknown, on every path.

An unknown value is a symbol in texts. Where evaluation branches on a symbol, it forks into two paths; a path
never contradicts itself.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from octotui.variables.budget import ADVANCE_WORK, Budget, text_budget
from octotui.variables.evaluate import FALSE, Evaluation, is_truthy
from octotui.variables.name_lookup import Item
from octotui.variables.syntax.names import key_of, steps
from octotui.variables.syntax.nodes import (
    Calc,
    Call,
    Condition,
    Each,
    Expression,
    Filtered,
    Name,
    Number,
    Operation,
    OverBudget,
    Part,
    Path,
    TemplateError,
)
from octotui.variables.syntax.scanner import read

MOST_PATHS = 256
SYMBOL = re.compile("\ufdd0[0-9]+\ufdd1")
"""A placeholder for an unknown value; both ends are Unicode noncharacters, which no value has."""

IsOpen = Callable[[str], bool]
"""Returns whether the value of a name in lower case is not known yet."""


def undecided_by(
    text: str, values: Mapping[str, str], is_open: IsOpen, now: float | None = None
) -> tuple[str, ...]:
    """Return the names of unknown values on which the truth of a text depends; `()` if it is decided.

    A text with an undeclared name is false. `values`, by names in lower case, holds none that is open.
    """
    names: dict[str, None] = {}
    ends: set[bool] = set()
    paths: list[tuple[bool, ...]] = [()]
    whole = Budget(ADVANCE_WORK)
    tried = 0
    while paths and len(ends) < 2:
        choices = PathChoices(paths.pop())
        tried += 1
        evaluation = SymbolicEvaluation(text, values, now, text_budget(whole), choices, is_open)
        try:
            ends.add(_is_true(text, evaluation))
        except OverBudget:
            ends |= {False} if tried == 1 and not choices.taken else {False, True}
        names |= choices.names
        paths += choices.others()
        ends |= {False, True} if tried == MOST_PATHS and paths else set()
    return tuple(name for name in names if not is_symbolic(name)) if len(ends) == 2 else ()


def _is_true(text: str, evaluation: "SymbolicEvaluation") -> bool:
    """Return whether a text is true on one path. Raises OverBudget."""
    try:
        with evaluation.bounds():
            filled = evaluation.block(read(text))
    except OverBudget:
        raise
    except TemplateError:
        return False
    if evaluation.unknown or evaluation.problems:
        return False
    return evaluation.choices.is_true(filled)


class PathChoices:
    """The branches taken on one path: first those `given`, then always true."""

    def __init__(self, given: Sequence[bool]) -> None:
        self.names: dict[str, None] = {}
        self.taken: list[bool] = []
        self._given = given
        self._answers: dict[tuple[str, Any], bool] = {}
        self._symbols: dict[Hashable, str] = {}
        self._bound: dict[str, str] = {}

    def others(self) -> list[tuple[bool, ...]]:
        """Return the prefixes of the paths that fork off this one at its free choices."""
        free = range(len(self._given), len(self.taken))
        return [(*self.taken[:at], not self.taken[at]) for at in free]

    def takes(self, question: tuple[str, Any]) -> bool:
        """Return the answer to a question on this path, consistently for repeated questions."""
        if question not in self._answers:
            at = len(self.taken)
            self._answers[question] = self._given[at] if at < len(self._given) else True
            self.taken.append(self._answers[question])
        return self._answers[question]

    def open_value(self, name: str) -> str | None:
        """Return the symbol of an unknown value, or None on paths where it is never set."""
        self.names[name] = None
        key = key_of(name)
        return self.symbol(key) if self.takes(("set", key)) else None

    def symbol(self, of: Hashable) -> str:
        """Return the symbol for this key, made on first use."""
        return self._symbols.setdefault(of, f"\ufdd0{len(self._symbols)}\ufdd1")

    def known(self, text: str) -> str:
        """Replace the symbols of a text that this path has bound."""
        while (more := SYMBOL.sub(lambda match: self._bound.get(match[0], match[0]), text)) != text:
            text = more
        return text

    def is_true(self, text: str) -> bool:
        """Return whether a text counts as true on this path."""
        text = self.known(text).strip()
        if not is_symbolic(text):
            return is_truthy(text)
        pieces = [each.strip() for each in SYMBOL.split(text.lower())]
        return not any(_may_be(pieces, each) for each in FALSE) or self.takes(("true", text))

    def equal(self, one: str, other: str) -> bool:
        """Return whether two texts are equal; a symbol that equals a text is bound to it from then on."""
        one, other = sorted((self.known(one), self.known(other)), key=is_symbolic)
        if one == other or not is_symbolic(other):
            return one == other
        known = {self._truth(one), self._truth(other)}
        if known >= {False, True} or not (is_symbolic(one) or _may_be(SYMBOL.split(other), one)):
            return False
        same = self.takes(("equal", frozenset((one, other))))
        if same and SYMBOL.fullmatch(other) and (SYMBOL.fullmatch(one) or not is_symbolic(one)):
            self._bind(other, one)
        return same

    def _truth(self, text: str) -> bool | None:
        """Return whether a text counts as true, or None if this path has not decided it."""
        return self._answers.get(("true", text)) if is_symbolic(text) else is_truthy(text)

    def _bind(self, symbol: str, text: str) -> None:
        """Bind a symbol to a text or another symbol, and transfer the answers about it."""
        self._bound[symbol] = text
        for (kind, of), answer in list(self._answers.items()):
            if kind == "true" and of == symbol:
                self._answers.setdefault((kind, text), answer)
            elif kind == "equal" and symbol in of:
                self._answers.setdefault((kind, of - {symbol} | {text}), answer)


def is_symbolic(text: str) -> bool:
    """Return whether a text has a symbol."""
    return SYMBOL.search(text) is not None


def _may_be(pieces: Sequence[str], text: str) -> bool:
    """Return whether pieces with anything in between may equal a text; False is certain, True is not."""
    return sum(map(len, pieces)) <= len(text) and text.startswith(pieces[0]) and text.endswith(pieces[-1])


class SymbolicEvaluation(Evaluation):
    """One expansion along one path."""

    def __init__(
        self,
        source: str,
        values: Mapping[str, str],
        now: float | None,
        budget: Budget,
        choices: PathChoices,
        is_open: IsOpen,
    ) -> None:
        super().__init__(source, values, now, budget, None)
        self.choices = choices
        self._is_open = is_open
        self._in_symbolic_loop = False  # of a loop over an unknown number of items

    def optional(self, expression: Expression, *, quiet: bool = False) -> str | None:
        """Evaluate an expression, to a symbol if its value is unknown."""
        if isinstance(expression, Filtered):
            return self.filtered(expression)
        path = self.path(expression)
        if path is None:
            return None
        if self._in_symbolic_loop and key_of(path).startswith("octopus.template.each."):
            return self.choices.symbol(key_of(path))
        if (name := self._open_name(path)) is not None:
            value = self.choices.open_value(name)
        else:
            value = self.lookup.find(path)
            if value is None and self._is_part_of_symbol(path):
                value = self.choices.open_value(path)
        if value is None and not quiet:
            self.unknown.setdefault(path.lower(), path)
        return value

    def _open_name(self, path: str) -> str | None:
        """Return the name that a path refers to if its value is unknown, else None."""
        first, *rest = steps(path) or [path]
        item = self.lookup.items.get(first.lower())
        if item is not None and item.path is None:
            return "".join((item.text, *rest)) if rest and is_symbolic(item.text) else None
        name = path if item is None else "".join((item.path or "", *rest))
        return name if is_symbolic(name) or self._is_open(key_of(name)) else None

    def _is_part_of_symbol(self, path: str) -> bool:
        """Return whether a name is a path into the JSON of a value with symbols."""
        taken = steps(path)
        wholes = (self.lookup.find("".join(taken[:cut])) for cut in range(len(taken) - 1, 0, -1))
        return is_symbolic(next((each for each in wholes if each is not None), ""))

    def met(self, condition: Condition) -> bool | None:
        """Return whether a condition is met on this path, or None if a filter fails."""
        left, right = self.operand(condition.left), self.operand(condition.right)
        if left is None or (right is None and condition.right is not None):
            return None
        if right is None:
            return self.choices.is_true(left)
        return self.choices.equal(left, right) is condition.equal

    def applied(self, call: Call, value: str | None, *, answerable: bool) -> str | None:
        """Apply a filter, to a symbol if the input has symbols."""
        value = None if value is None else self.choices.known(value)
        options = tuple(self.choices.known(self.block((option,))) for option in call.options)
        if any(map(is_symbolic, (value or "", *options))):
            return self.choices.symbol((call.filter.lower(), value, options))
        return super().applied(call, value, answerable=answerable)

    def part(self, part: Part) -> str:
        """Evaluate one part; a calculation with symbols is a symbol."""
        if isinstance(part, Calc):
            numbers = [self.choices.known(each) for each in self._numbers(part.number)]
            if any(map(is_symbolic, numbers)):
                return self.choices.symbol((part, *numbers))
        return super().part(part)

    def _numbers(self, number: Number) -> list[str]:
        match number:
            case Operation(left=left, right=right):
                return self._numbers(left) + self._numbers(right)
            case Name() | Path():
                return [self.optional(number, quiet=True) or ""]
        return []

    def repeated(self, part: Each) -> str | None:
        """Evaluate a loop; over an unknown collection, for no item or for one symbolic item."""
        whole = self.choices.known(self.optional(part.collection, quiet=True) or "")
        if not is_symbolic(whole):
            return super().repeated(part)
        if not self.choices.takes(("items", whole)):
            return ""
        outer = self.lookup.items, self._in_symbolic_loop
        item = Item(self.choices.symbol(("item", whole)))
        self.lookup.items = {**outer[0], part.item.lower(): item}
        self._in_symbolic_loop = True
        body = self.block(part.body)
        self.lookup.items, self._in_symbolic_loop = outer
        return self.choices.symbol(("items", whole, body)) if body.strip() else body
