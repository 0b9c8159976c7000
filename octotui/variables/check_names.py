"""Names in `#{…}` that nothing in a model declares: they stay as they were written, so `check` warns (V1)."""

from collections.abc import Iterable, Iterator, Sequence

from octotui.model.complaints import InsideReport, SourcePosition, did_you_mean
from octotui.model.iteration import steps, tables_of_variables, values_seen_by
from octotui.model.process import TemplateCall
from octotui.model.space import Model
from octotui.variables.check_templates import texts
from octotui.variables.syntax.names import steps as steps_of
from octotui.variables.syntax.nodes import (
    Calc,
    Condition,
    Each,
    Filtered,
    If,
    Name,
    Operation,
    Part,
    Parts,
    Path,
    Substitution,
    TemplateError,
    place,
)
from octotui.variables.syntax.scanner import read

GIVEN = "octopus"
"""What octotui itself gives begins so; which of it there is depends on the run."""


STEP, CHILD_STEP = 4, 6
"""How many keys lead to a step, and to one within another."""


class _Known:
    """Names that there are, so kept that a look-up costs the same however many they are."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._keys = {name.lower() for name in self.names}
        self._sets = {key[:at] for key in self._keys for at, sign in enumerate(key) if sign == "["}

    def covers(self, path: str) -> bool:
        """Whether a variable has this name, is JSON that it leads into, or an item of the set it names."""
        if path in self._keys or path in self._sets:
            return True
        return any(path[:at] in self._keys for at, sign in enumerate(path) if sign in ".[")


def check_names(model: Model, report: InsideReport) -> None:
    """Warn of each name that no variable of the model has, once a text, with the nearest one there is."""
    published = {name for _, step in steps(model) for name in step.publish}
    everywhere = _Known({name for _, table in tables_of_variables(model) for name in table} | published)
    seen: dict[str | None, _Known] = {}
    parameters = {
        at: _Known(step.action.parameters)
        for at, step in steps(model)
        if isinstance(step.action, TemplateCall)
    }
    for at, text, file in texts(model):
        if "#{" not in text or at[0] == "notify":
            continue  # notifications have variables of their own
        known = everywhere
        if at[0] in ("runbooks", "projects") and "variables" not in at:
            project = model.project_of(str(at[1]))
            if project not in seen:
                seen[project] = _Known({*values_seen_by(model, str(at[1])), *published})
            known = seen[project]
        own = [each for size in (STEP, CHILD_STEP) if (each := parameters.get(at[:size])) is not None]
        for name, position in _unknown(text, (known, *own)):
            near = did_you_mean(name, (each for some in (known, *own) for each in some.names))
            meant = near if near.startswith("; did you") else "; it stays as it is written."
            report(
                at, f'Nobody knows the variable "{name}"{meant}', SourcePosition(*place(text, position), file)
            )
            break


def _unknown(text: str, known: Sequence[_Known]) -> Iterator[tuple[str, int]]:
    """The names of a text that are not known, and where the tag stands."""
    try:
        parts = read(text)
    except TemplateError:
        return
    for name, position in _names(parts, frozenset()):
        path = "".join(steps_of(name)).lower()
        if not path.startswith(GIVEN) and not any(each.covers(path) for each in known):
            yield name, position


def _names(parts: Parts, items: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Every plain name in parts, but items of loops, with the position of its tag."""
    for part in parts:
        yield from _of_part(part, items)


def _of_part(part: Part, items: frozenset[str]) -> Iterator[tuple[str, int]]:
    match part:
        case Name(path=path, start=start):
            if steps_of(path)[0].lower() not in items:
                yield path, start
        case Substitution(expression=expression, start=start):
            yield from _of_expression(expression, start, items)
        case If(condition=condition, then=then, otherwise=otherwise, start=start):
            yield from _of_condition(condition, start, items)
            yield from _names(then, items)
            yield from _names(otherwise, items)
        case Each(item=item, collection=collection, body=body, start=start):
            yield from _of_expression(collection, start, items)
            yield from _names(body, items | {item.lower()})
        case Calc(number=number, start=start):
            yield from _of_number(number, start, items)
        case _:
            pass  # plain text


def _of_condition(condition: Condition, start: int, items: frozenset[str]) -> Iterator[tuple[str, int]]:
    for side in (condition.left, condition.right):
        if side is not None and not isinstance(side, str):
            yield from _of_expression(side, start, items)


def _of_expression(
    expression: Name | Path | Filtered, start: int, items: frozenset[str]
) -> Iterator[tuple[str, int]]:
    match expression:
        case Name(path=path):
            if steps_of(path)[0].lower() not in items:
                yield path, start
        case Filtered(subject=subject, calls=calls):
            if subject is not None:
                yield from _of_expression(subject, start, items)
            for call in calls:
                yield from _names(call.options, items)
        case Path():
            pass  # what it names depends on an index


def _of_number(number: object, start: int, items: frozenset[str]) -> Iterator[tuple[str, int]]:
    match number:
        case Operation(left=left, right=right):
            yield from _of_number(left, start, items)
            yield from _of_number(right, start, items)
        case Name() | Path():
            yield from _of_expression(number, start, items)
        case _:
            pass
