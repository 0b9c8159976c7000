"""Whether a text is true where values are still to come: evaluated on every path that they may lead to.

What is not known yet is a symbol in texts. Where the way on depends on one, a path takes one of two, and
another path the other; a path never contradicts itself.
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
"""Stands in a text for a value that is not known; both ends are no characters, so that no value has them."""

IsOpen = Callable[[str], bool]
"""Whether the value of a name in lower case is still to come."""


def undecided_by(
    text: str, values: Mapping[str, str], is_open: IsOpen, now: float | None = None
) -> tuple[str, ...]:
    """The names of values still to come that decide whether a text is true; none where that is decided.

    A text that names what nobody knows is false. `values`, by names in lower case, holds none that is open.
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
    """Whether a text is true on one path; raises OverBudget."""
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
    """What is taken for true on one path: first what is `given`, then that all is so."""

    def __init__(self, given: Sequence[bool]) -> None:
        self.names: dict[str, None] = {}
        self.taken: list[bool] = []
        self._given = given
        self._answers: dict[tuple[str, Any], bool] = {}
        self._symbols: dict[Hashable, str] = {}
        self._bound: dict[str, str] = {}

    def others(self) -> list[tuple[bool, ...]]:
        """The beginnings of the paths that take another way where this one first had a choice."""
        free = range(len(self._given), len(self.taken))
        return [(*self.taken[:at], not self.taken[at]) for at in free]

    def takes(self, question: tuple[str, Any]) -> bool:
        """Whether something is so on this path, as often as it is asked."""
        if question not in self._answers:
            at = len(self.taken)
            self._answers[question] = self._given[at] if at < len(self._given) else True
            self.taken.append(self._answers[question])
        return self._answers[question]

    def open_value(self, name: str) -> str | None:
        """The symbol of a value that is still to come, or None where it never comes."""
        self.names[name] = None
        key = key_of(name)
        return self.symbol(key) if self.takes(("set", key)) else None

    def symbol(self, of: Hashable) -> str:
        """The symbol that stands for this."""
        return self._symbols.setdefault(of, f"\ufdd0{len(self._symbols)}\ufdd1")

    def known(self, text: str) -> str:
        """A text with what this path knows of its symbols."""
        while (more := SYMBOL.sub(lambda match: self._bound.get(match[0], match[0]), text)) != text:
            text = more
        return text

    def is_true(self, text: str) -> bool:
        """Whether a text counts as true."""
        text = self.known(text).strip()
        if not is_symbolic(text):
            return is_truthy(text)
        pieces = [each.strip() for each in SYMBOL.split(text.lower())]
        return not any(_may_be(pieces, each) for each in FALSE) or self.takes(("true", text))

    def equal(self, one: str, other: str) -> bool:
        """Whether two texts are the same; a symbol that is the same as another text is that from now on."""
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
        """Whether a text counts as true, or None where this path has not said so yet."""
        return self._answers.get(("true", text)) if is_symbolic(text) else is_truthy(text)

    def _bind(self, symbol: str, text: str) -> None:
        """Take a symbol for a text, or another symbol, of which all holds that was said of it."""
        self._bound[symbol] = text
        for (kind, of), answer in list(self._answers.items()):
            if kind == "true" and of == symbol:
                self._answers.setdefault((kind, text), answer)
            elif kind == "equal" and symbol in of:
                self._answers.setdefault((kind, of - {symbol} | {text}), answer)


def is_symbolic(text: str) -> bool:
    """Whether anything in a text is not known."""
    return SYMBOL.search(text) is not None


def _may_be(pieces: Sequence[str], text: str) -> bool:
    """Whether pieces with anything in between may be a text; what is surely not is said."""
    return sum(map(len, pieces)) <= len(text) and text.startswith(pieces[0]) and text.endswith(pieces[-1])


class SymbolicEvaluation(Evaluation):
    """One filling in along one path."""

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
        self._in_any_turn = False  # of a loop through nobody knows how many items

    def optional(self, expression: Expression, *, quiet: bool = False) -> str | None:
        """What an expression stands for, a symbol where that is still to come."""
        if isinstance(expression, Filtered):
            return self.filtered(expression)
        path = self.path(expression)
        if path is None:
            return None
        if self._in_any_turn and key_of(path).startswith("octopus.template.each."):
            return self.choices.symbol(key_of(path))
        if (name := self._to_come(path)) is not None:
            value = self.choices.open_value(name)
        else:
            value = self.lookup.find(path)
            if value is None and self._is_part_of_symbol(path):
                value = self.choices.open_value(path)
        if value is None and not quiet:
            self.unknown.setdefault(path.lower(), path)
        return value

    def _to_come(self, path: str) -> str | None:
        """The name that a path stands for, where its value is still to come."""
        first, *rest = steps(path) or [path]
        item = self.lookup.items.get(first.lower())
        if item is not None and item.path is None:
            return "".join((item.text, *rest)) if rest and is_symbolic(item.text) else None
        name = path if item is None else "".join((item.path or "", *rest))
        return name if is_symbolic(name) or self._is_open(key_of(name)) else None

    def _is_part_of_symbol(self, path: str) -> bool:
        """Whether a name leads into the JSON of a value that is not all known."""
        taken = steps(path)
        wholes = (self.lookup.find("".join(taken[:cut])) for cut in range(len(taken) - 1, 0, -1))
        return is_symbolic(next((each for each in wholes if each is not None), ""))

    def met(self, condition: Condition) -> bool | None:
        """Whether a condition is met on this path."""
        left, right = self.operand(condition.left), self.operand(condition.right)
        if left is None or (right is None and condition.right is not None):
            return None
        if right is None:
            return self.choices.is_true(left)
        return self.choices.equal(left, right) is condition.equal

    def applied(self, call: Call, value: str | None, *, answerable: bool) -> str | None:
        """What a filter makes of a value: of one that is not known, a symbol."""
        value = None if value is None else self.choices.known(value)
        options = tuple(self.choices.known(self.block((option,))) for option in call.options)
        if any(map(is_symbolic, (value or "", *options))):
            return self.choices.symbol((call.filter.lower(), value, options))
        return super().applied(call, value, answerable=answerable)

    def part(self, part: Part) -> str:
        """One part; a calculation with what is not known has a result that is not known."""
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
        """A block for every item; of items that are not known, for none or for any one."""
        whole = self.choices.known(self.optional(part.collection, quiet=True) or "")
        if not is_symbolic(whole):
            return super().repeated(part)
        if not self.choices.takes(("items", whole)):
            return ""
        outer = self.lookup.items, self._in_any_turn
        item = Item(self.choices.symbol(("item", whole)))
        self.lookup.items = {**outer[0], part.item.lower(): item}
        self._in_any_turn = True
        body = self.block(part.body)
        self.lookup.items, self._in_any_turn = outer
        return self.choices.symbol(("items", whole, body)) if body.strip() else body
