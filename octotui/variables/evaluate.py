"""Evaluation of templates: parts and values to a text, within bounds of depth, size and work."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from octotui.variables.arithmetic import result_of
from octotui.variables.budget import ITERATION_WORK, JOB_WORK, PART_WORK, Budget
from octotui.variables.name_lookup import Lookup
from octotui.variables.syntax.nodes import (
    LARGEST,
    Calc,
    Call,
    Condition,
    Each,
    Expression,
    Filled,
    Filtered,
    If,
    Name,
    OverBudget,
    Part,
    Parts,
    Path,
    Substitution,
    TemplateError,
    TooDeep,
    TooMuch,
    left_as_written,
    place,
)
from octotui.variables.syntax.scanner import READ_WORK, read_leniently
from octotui.variables.syntax.sensitive_names import SensitiveNames

CALC_WORK = 32  # for each character of a calculation
MOST_WORK = JOB_WORK  # of a text without a shared budget
NONE_SENSITIVE = SensitiveNames({}, ())
FALSE = frozenset(("", "0", "no", "false"))
TOO_DEEP = "The expressions stand too deep in one another."


class SharedValues:
    """A cache for texts with the same values: expanded values by name, and decoded JSON."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], Filled] = {}
        self.documents: dict[str, object] = {}


def fill(
    source: str,
    parts: Parts,
    values: Mapping[str, str],
    now: float | None,
    budget: Budget | None = None,
    resolved: SharedValues | None = None,
) -> Filled:
    """Expand parsed text with values, whose names are in lower case.

    Texts with the same values may share the cache `resolved`. Raises OverBudget, or TemplateError when
    nested too deeply.
    """
    budget = budget or Budget(MOST_WORK)
    plain = _of_plain_values(parts, values)
    if plain is not None and len(plain) <= LARGEST:
        try:
            budget.spend(PART_WORK * (len(parts) + 1) + len(plain))
        except TooMuch as error:
            raise OverBudget(str(error), *place(source, 0)) from None
        return Filled(plain)
    evaluation = Evaluation(source, values, now, budget, resolved)
    with evaluation.bounds():
        text = evaluation.block(parts)
    return Filled(text, tuple(evaluation.unknown.values()), tuple(evaluation.problems))


def _of_plain_values(parts: Parts, values: Mapping[str, str]) -> str | None:
    """Return a text of nothing but names whose values have no expressions; None for any other."""
    done: list[str] = []
    for part in parts:
        text = part if type(part) is str else values.get(part.key) if type(part) is Name else None
        if text is None or (text is not part and "#{" in text):
            return None
        done.append(text)
    return "".join(done)


def is_truthy(text: str) -> bool:
    """Return whether a value counts as true: not empty, `0`, `no` or `false`."""
    return text.strip().lower() not in FALSE


class Evaluation:
    """One expansion: the text being evaluated, its values, and the unknown names found so far."""

    def __init__(
        self,
        source: str,
        values: Mapping[str, str],
        now: float | None,
        budget: Budget,
        resolved: SharedValues | None,
    ) -> None:
        self.whole = self.source = source
        self.at = 0
        self.now = now
        self.budget = budget
        self.spend = budget.spend
        self.resolved = None if resolved is None else resolved.values
        self.unknown: dict[str, str] = {}  # as first written, by the name in lower case
        self.problems: dict[str, None] = {}
        self.values = values
        self.sensitive = values if isinstance(values, SensitiveNames) else NONE_SENSITIVE
        self.sensitive_items = False  # of a loop around
        self.lookup = Lookup(
            values, self.value, self.note, self.spend, None if resolved is None else resolved.documents
        )

    @contextmanager
    def bounds(self) -> Iterator[None]:
        """Convert an exceeded bound to a TemplateError with position and variable."""
        try:
            yield
        except (TooDeep, RecursionError) as error:
            sentence = str(error) if isinstance(error, TooDeep) else TOO_DEEP
            raise TemplateError(sentence, *place(self.whole, self.at)) from None
        except TooMuch as error:
            over = OverBudget(str(error), *place(self.whole, self.at))
            within = self.lookup.within
            over.variable = " in ".join(dict.fromkeys(map(self.lookup.written, within[-1:] + within[:1])))
            raise over from None

    def block(self, parts: Parts) -> str:
        """Evaluate parts in order; plain text and names of plain values take a fast path."""
        self.spend(PART_WORK * (len(parts) + 1))
        get = (lambda _: None) if self.lookup.items else self.values.get
        done: list[str] = []
        for part in parts:
            if type(part) is str:
                done.append(part)
            elif type(part) is Name and (value := get(part.key)) is not None and "#{" not in value:
                done.append(value)
            else:
                done.append(self.part(part))
        return self.joined(done)

    def part(self, part: Part) -> str:
        """Evaluate one part; without a value it is left as written."""
        if isinstance(part, str):
            return part
        if self.source is self.whole:
            self.at = part.start
        if not isinstance(part, If | Each):
            self.spend((CALC_WORK if isinstance(part, Calc) else READ_WORK) * (part.end - part.start))
        match part:
            case Name():
                filled = self.optional(part)
            case Substitution():
                filled = self.optional(part.expression)
            case If():
                met = self.met(part.condition)
                filled = None if met is None else self.block(part.then if met else part.otherwise)
            case Each():
                filled = self.repeated(part)
            case _:
                filled = result_of(part.number, self.optional, self.note)
        return self.source[part.start : part.end] if filled is None else filled

    def value(self, name: str, raw: str) -> str:
        """Expand a value that has expressions, from the cache unless a loop or cycle affects it."""
        shared = None if self.lookup.items else self.resolved
        filled = None if shared is None else shared.get((name.lower(), raw))
        if filled is None:
            outside, cuts = (self.unknown, self.problems), self.lookup.cuts
            self.unknown, self.problems = {}, {}
            text = self.expand_value(name, raw)
            filled = Filled(text, tuple(self.unknown.values()), tuple(self.problems))
            self.unknown, self.problems = outside
            if shared is not None and self.lookup.cuts == cuts:
                shared[name.lower(), raw] = filled
        self.spend(PART_WORK)
        for path in filled.unknown:
            self.unknown.setdefault(path.lower(), path)
        self.problems |= dict.fromkeys(filled.problems)
        return filled.text

    def expand_value(self, name: str, raw: str) -> str:
        """Expand a value; what cannot be parsed is left as written."""
        parts, misread = read_leniently(raw, self.spend)
        for error in misread:
            self.note(f"In the value of {name}, {left_as_written(error)}")
        outer, self.source = self.source, raw
        before = self.sensitive.looked_up
        text = self.block(parts)
        if self.sensitive.looked_up > before:
            self.sensitive.sensitive.add(name.lower())
        self.source = outer
        return text

    def optional(self, expression: Expression, *, quiet: bool = False) -> str | None:
        """Evaluate an expression, or return None; an unknown name is recorded unless `quiet`."""
        if isinstance(expression, Filtered):
            return self.filtered(expression)
        if isinstance(expression, Name) and not self.lookup.items:
            value = self.values.get(expression.key)
            if value is not None and "#{" not in value:
                return value
        path = self.path(expression)
        value = None if path is None else self.lookup.find(path)
        if value is None and path is not None and not quiet:
            self.unknown.setdefault(path.lower(), path)
        return value

    def path(self, expression: Name | Path) -> str | None:
        """Return an expression's name with its indexes evaluated, or None if one of them has no value."""
        if isinstance(expression, Name):
            return expression.path
        pieces: list[str] = []
        for piece in expression.pieces:
            if isinstance(piece, str):
                pieces.append(piece)
            elif (index := self.optional(piece if isinstance(piece, Name) else piece.expression)) is None:
                return None
            else:
                pieces.append(f"[{index}]")
        return "".join(pieces)

    def filtered(self, expression: Filtered) -> str | None:
        """Apply filters to a value; record the result as sensitive if it derives from a sensitive value."""
        before = self.sensitive.looked_up
        text = self.through_filters(expression)
        if text is not None and (self.sensitive_items or self.sensitive.looked_up > before):
            self.sensitive.note(text)
        return text

    def through_filters(self, expression: Filtered) -> str | None:
        """Apply filters to a value from left to right, or return None if one of them fails."""
        from octotui.variables.filters.registry import is_null  # noqa: PLC0415  (for those who use one)

        subject = expression.subject
        value = None if subject is None else self.optional(subject, quiet=True)
        for call in expression.calls:
            answer = self.applied(call, value, answerable=subject is None or value is not None)
            self.made(len(answer or ""))
            if answer is None and value is not None and not is_null(call.filter):
                return None
            value = answer
        if value is None and is_null(expression.calls[-1].filter):
            return ""
        return self.optional(subject) if value is None and subject is not None else value

    def applied(self, call: Call, value: str | None, *, answerable: bool) -> str | None:
        """Apply one filter to a value."""
        from octotui.variables.filters.registry import FilterArguments, apply, searches, work_of  # noqa: PLC0415

        options = tuple(self.block((option,)) for option in call.options)
        given = FilterArguments(value, options, self.now, self.budget.pattern_seconds)
        self.spend(work_of(call.filter, given))
        if not searches(call.filter):
            return apply(call.filter, given, answerable, self.note)
        self.budget.spend_on_pattern()
        try:
            return apply(call.filter, given, answerable, self.note)
        except TooMuch:
            self.budget.exhaust()
            raise

    def met(self, condition: Condition) -> bool | None:
        """Return whether a condition is met, or None if a filter fails; unknown names are empty here.

        A text that only depends on a sensitive condition is not sensitive.
        """
        before = self.sensitive.looked_up
        left, right = self.operand(condition.left), self.operand(condition.right)
        self.sensitive.looked_up = before
        if left is None or condition.right is None:
            self.spend(len(left or ""))
            return None if left is None else is_truthy(left)
        self.spend(len(left))
        return None if right is None else (left == right) is condition.equal

    def operand(self, operand: Expression | str | None) -> str | None:
        """Evaluate one side of a condition."""
        if operand is None or isinstance(operand, str):
            return operand
        return (
            self.filtered(operand)
            if isinstance(operand, Filtered)
            else self.optional(operand, quiet=True) or ""
        )

    def repeated(self, part: Each) -> str | None:
        """Evaluate a loop: its block for every item of the collection."""
        before = self.sensitive.looked_up
        if isinstance(part.collection, Filtered):
            value = self.filtered(part.collection)
            if value is None:
                return None
            items = self.lookup.items_in(value)
        else:
            path = self.path(part.collection)
            items = [] if path is None else self.lookup.items_of(path)
        outer, outer_sensitive = (self.lookup.items, self.lookup.iteration), self.sensitive_items
        self.sensitive_items |= self.sensitive.looked_up > before
        done: list[str] = []
        for index, item in enumerate(items):
            self.spend(ITERATION_WORK)
            self.lookup.items = {**outer[0], part.item.lower(): item}
            self.lookup.iteration = index, len(items)
            done.append(self.block(part.body))
        self.lookup.items, self.lookup.iteration = outer
        self.sensitive_items = outer_sensitive
        return self.joined(done)

    def note(self, problem: str) -> None:
        """Record a problem, once."""
        self.problems[problem] = None

    def joined(self, done: list[str]) -> str:
        """Join texts, within the bounds."""
        self.made(sum(map(len, done)))
        return "".join(done)

    def made(self, size: int) -> None:
        """Count a result of `size` characters as work. Raises TooMuch over LARGEST."""
        if size > LARGEST:
            raise TooMuch(f"The result would be longer than {LARGEST:,} characters.")
        self.spend(size)
