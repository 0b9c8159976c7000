"""Ambiguous values: two values of one variable that tie in precedence in some context (V3)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import product

import msgspec

from octotui.model.complaints import Keys, Report
from octotui.model.iteration import variables
from octotui.model.scoping import KINDS, kinds_of, matches, most_specific, names
from octotui.model.space import Model, Scope, Value

# Kinds that depend on each other: a tenant implies its tags, a step its process.
_ASPECTS = (
    ("environment",),
    ("tenant", "tenant_tag"),
    ("process", "step"),
    ("channel",),
    ("target",),
    ("role",),
)


MOST_PAIRS = 10_000  # of values of one variable that are compared


def check_conflicts(model: Model, report: Report) -> None:
    """Report every value that ties with an earlier one, and a context in which it does."""
    for keys, values in variables(model):
        if len(values) > 1:
            _check_values(model, keys, values, report)


def _check_values(model: Model, keys: Keys, values: tuple[Value, ...], report: Report) -> None:
    contexts: Contexts | None = None
    reported: set[int] = set()
    compared = 0
    for one, other in candidates(values, reported):
        first, second = values[one], values[other]
        at = (*keys, other)
        if _same(first.scope, second.scope):
            reported.add(other)
            report(at, f"This value has the same scope as value {one + 1}; keep one of them.")
            continue
        compared += 1
        if compared > MOST_PAIRS:
            report(keys, "It has too many values that may hold together to compare them all; use fewer.")
            return
        contexts = contexts or Contexts(model, values)
        if context := contexts.tie(first, second):
            reported.add(other)
            where = f"Value {one + 1} holds {words(context)} too, and neither is more specific"
            report(at, f"{where}; narrow one of them.")


def candidates(values: Sequence[Value], reported: Collection[int] | None = None) -> Iterator[tuple[int, int]]:
    """Yield pairs of indexes of values that may match together and have the same kinds of scope.

    With `reported`, a value whose index is in it is skipped, and duplicates are paired only with their first.
    """
    alike: dict[tuple[str, ...], list[int]] = {}
    for index, value in enumerate(values):
        alike.setdefault(kinds_of(value.scope), []).append(index)
    for kinds, indexes in alike.items():
        yield from _candidates(values, kinds, indexes, reported)


def _candidates(
    values: Sequence[Value], kinds: tuple[str, ...], indexes: list[int], reported: Collection[int] | None
) -> Iterator[tuple[int, int]]:
    """Yield the pairs among values scoped by these kinds; an index by name avoids comparing all pairs."""
    # Two tags may be those of one tenant; two names of any other kind never hold together.
    single = [kind for kind in kinds if kind != "tenant_tag"]
    sets = {each: [frozenset(names(values[each].scope, kind)) for kind in single] for each in indexes}
    by_name: dict[str, list[int]] = {}  # of the first of these kinds
    like: dict[tuple[frozenset[str], ...], int] = {}
    for other in indexes:
        key = tuple(frozenset(names(values[other].scope, kind)) for kind in kinds)
        if reported is not None and like.setdefault(key, other) != other:
            yield like[key], other
            continue
        own = sets[other][0] if single else {""}
        for one in sorted({each for name in own for each in by_name.get(name, ())}):
            if reported is not None and other in reported:
                break
            if not any(map(frozenset.isdisjoint, sets[one], sets[other])):
                yield one, other
        for name in own:
            by_name.setdefault(name, []).append(other)


def _same(one: Scope, other: Scope) -> bool:
    return all(set(names(one, kind)) == set(names(other, kind)) for kind in KINDS)


class Contexts:
    """The contexts that the values of one variable distinguish, aspect by aspect."""

    def __init__(self, model: Model, values: tuple[Value, ...], project: str | None = None) -> None:
        """Consider only processes of `project`, if given."""
        self._project = project
        self._values = values
        self._named = {kind: _union(names(value.scope, kind) for value in values) for kind in KINDS}
        self._options: dict[tuple[str, ...], list[Scope]] = {
            ("tenant", "tenant_tag"): self._tenants(model),
            ("process", "step"): self._places(model),
        }

    def tie(self, one: Value, other: Value, before: Sequence[Value] = ()) -> Scope | None:
        """Return a context in which both values win and none that comes `before` them does, or None."""
        for parts in product(*(self._where_both(one, other, kinds) for kinds in _ASPECTS)):
            context = _joined(parts)
            left = most_specific(self._values, context)
            if _has(left, one) and _has(left, other) and not any(_has(left, each) for each in before):
                return context
        return None

    def _where_both(self, one: Value, other: Value, kinds: tuple[str, ...]) -> list[Scope]:
        """Return the contexts of one aspect in which both values match."""
        return [
            context
            for context in self._options.get(kinds) or self._each(kinds[0])
            if matches(one.scope, context, kinds) and matches(other.scope, context, kinds)
        ]

    def _each(self, kind: str) -> list[Scope]:
        """Return the contexts of one kind: empty, or one of the names that values have."""
        return [Scope(), *(_context({kind: (name,)}) for name in self._named[kind])]

    def _tenants(self, model: Model) -> list[Scope]:
        """Return the empty context, and one for each class of tenants that no value distinguishes."""
        if not (self._named["tenant"] or self._named["tenant_tag"]):
            return [Scope()]
        scopes = {Scope(): None}
        for slug, tenant in model.tenants.items():
            known = tuple(name for name in (slug,) if name in self._named["tenant"])
            tags = tuple(sorted(tag for tag in tenant.tags if tag in self._named["tenant_tag"]))
            scopes[Scope(tenant=known, tenant_tag=tags)] = None
        return list(scopes)

    def _places(self, model: Model) -> list[Scope]:
        """Return contexts of runs and of steps, for every process that some value distinguishes."""
        if not (self._named["process"] or self._named["step"]):
            return [Scope()]
        scopes = {} if model.processes else {Scope(): None}
        for slug, runbook in model.processes.items():
            if self._project not in (None, model.project_of(slug)):
                continue
            process = tuple(name for name in (slug,) if name in self._named["process"])
            scopes[Scope(process=process)] = None
            for step in runbook.flat().steps:
                if step.name in self._named["step"]:
                    scopes[Scope(process=process, step=(step.name,))] = None
        return list(scopes)


def _has(values: Sequence[Value], one: Value) -> bool:
    """Return whether the value is among them, by identity, not equality."""
    return any(value is one for value in values)


def _union(many: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in many for name in each))


def _context(held: dict[str, tuple[str, ...]]) -> Scope:
    return msgspec.convert(held, Scope)


def _joined(parts: tuple[Scope, ...]) -> Scope:
    return _context({kind: names(part, kind) for part in parts for kind in kinds_of(part)})


def words(context: Scope) -> str:
    """Return a context as a phrase."""
    return " and ".join(_phrases(context))


def _phrases(context: Scope) -> Iterator[str]:
    for kind in kinds_of(context):
        yield f"for {kind.replace('_', ' ')} " + ", ".join(f'"{name}"' for name in names(context, kind))
