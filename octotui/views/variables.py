"""The variables of a run: what each stands for, and why (V2 to V7)."""

from collections.abc import Iterator

import msgspec

from octotui.engine.context import lookup, scope_context, values_for, visible
from octotui.engine.state import Run, State
from octotui.model.values import HIDDEN
from octotui.variables.resolved import Resolved, origin, resolve
from octotui.variables.text import fill_in
from octotui.views.values import source, where
from octotui.views.words import counted


class Row(msgspec.Struct, frozen=True):
    """A variable of a run, its value as people may see it, and where that comes from."""

    name: str
    value: str
    why: str

    def holds(self, words: str) -> bool:
        """Whether all these words stand in it somewhere, in any case."""
        text = f"{self.name} {self.value} {self.why}".lower()
        return all(word in text for word in words.lower().split())


def of_run(state: State, name: str) -> tuple[Row, ...]:
    """Every variable that has a value for a run as a whole: declared ones first, then those of octotui."""
    run = state.runs.get(name)
    if run is None:
        return ()
    declared = {
        each.name: each
        for each in resolve(visible(state, run.process), scope_context(state, run))
        if each.value is not None
    }
    values = dict.fromkeys(run.secrets, HIDDEN) | values_for(state, run)
    known = lookup(values)
    return tuple(
        Row(
            each,
            HIDDEN if each in run.secrets else fill_in(value, known).text,
            _why(state, run, each, declared),
        )
        for each, value in values.items()
    )


def _why(state: State, run: Run, name: str, declared: dict[str, Resolved]) -> str:
    if name in run.variables or name in run.secrets:
        return "given at the start"
    if name in declared:
        return "; ".join(_reasons(state, run, declared[name]))
    return "set by a step" if name.startswith("Octopus.Action[") else "of octotui"


def _reasons(state: State, run: Run, found: Resolved) -> Iterator[str]:
    value = found.value
    if value is None:
        return
    yield where(value, origin(state.model, run.process, found.name, value))
    if value.secret is not None:
        yield f"from {source(value.secret)}"
    if value.prompt is not None:
        yield "nobody gave another"
    if others := len(found.later) + len(found.beaten):
        yield f"wins over {counted(others, 'other')}"
