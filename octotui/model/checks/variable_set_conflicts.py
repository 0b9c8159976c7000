"""Ambiguous values: two variable sets of a project that tie in precedence (V4)."""

from collections.abc import Iterator

import msgspec

from octotui.model.checks.variable_conflicts import Contexts, candidates, words
from octotui.model.complaints import Report
from octotui.model.iteration import values_seen_by
from octotui.model.scoping import kinds_of
from octotui.model.space import Model, Value, Variables


class _Seen(msgspec.Struct, frozen=True):
    """All values of one variable that a project sees; `sets` maps ids of values to their set."""

    values: tuple[Value, ...]
    own: tuple[Value, ...]
    sets: dict[int, str]

    def set_of(self, index: int) -> str | None:
        """Return the variable set of a value by its index, or None."""
        return self.sets.get(id(self.values[index]))


def check_set_conflicts(model: Model, report: Report) -> None:
    """Report two sets of a project that tie, unless a value of the project itself takes precedence."""
    for slug, project in model.projects.items():
        if len(project.variable_sets) < 2:
            continue
        for name, values in values_seen_by(model, slug).items():
            sets = {
                id(value): each
                for each in project.variable_sets
                for value in _named(model.variable_sets.get(each, {}), name)
            }
            seen = _Seen(values, _named(project.variables, name), sets)
            for later, sentence in _ties(model, slug, seen):
                at = ("projects", slug, "variable_sets", project.variable_sets.index(later))
                report(at, f'"{name}" is {sentence}')


def _named(table: Variables, name: str) -> tuple[Value, ...]:
    return next((values for each, values in table.items() if each.lower() == name.lower()), ())


def _ties(model: Model, project: str, seen: _Seen) -> Iterator[tuple[str, str]]:
    """Yield the second set of each tied pair, and a sentence about the pair."""
    if len(dict.fromkeys(seen.sets.values())) < 2:
        return
    contexts = Contexts(model, seen.values, project)
    reported: list[tuple[str, str]] = []
    for one, other in candidates(seen.values):
        first, second = seen.set_of(one), seen.set_of(other)
        if first is None or second is None or first == second or (first, second) in reported:
            continue
        context = contexts.tie(seen.values[one], seen.values[other], seen.own)
        if context is not None:
            reported.append((first, second))
            held = f" {words(context)}" if kinds_of(context) else ""
            yield (
                second,
                f'in the variable sets "{first}" and "{second}" alike{held}; narrow one of its values, '
                "or give the project its own.",
            )
