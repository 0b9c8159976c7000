"""Output variables as later steps read them: of scripts, answers and child runs (V7, V8, I4)."""

import re
from collections.abc import Iterable, Iterator, Mapping

from octotui.engine.state import Interruption, Run, State
from octotui.model.values import HIDDEN
from octotui.variables.fill import escape

RUN = "Run["
OF_CHILD = re.compile(r"(^|\]\.)Run\[")
"""Matches the step of a child run in the name of an output variable; Octopus has `Deployment[` there."""


def output_values(state: State, run: Run, target: str | None = None) -> dict[str, str]:
    """Return every output variable of a run, as a step reads them, on its target if it has one.

    Outputs of targets are also indexed by target. Without an index a name is the output of the reader's own
    target, or else of the job that ended last in the journal, where a sensitive one takes precedence, masked.
    Values are untrusted, and therefore escaped.
    """
    found: dict[str, tuple[str, str]] = {}  # by the name in lower case, since two may differ in case alone
    outputs = (*_set_by_scripts(run), *_set_by_people(state, run), *_hidden(run))
    for step, on, name, value in outputs:
        whole = f"{output_prefixes(state, step, on)[-1]}.{name}"
        found[whole.lower()] = whole, value
    for step, on, name, value in outputs:
        if on is not None and on == target:
            whole = f"{_of(step)}.{name}"
            found[whole.lower()] = whole, value
    return dict(found.values())


Output = tuple[str, str | None, str, str]
"""The name of a step, the target (None: the step as a whole), the name of the output, its value."""


def _set_by_scripts(run: Run) -> Iterator[Output]:
    """Yield outputs of scripts, those of child runs by both of their names."""
    starting = _starting(run, (name for _, name, _ in run.progress.outputs))
    for step, name, value in run.progress.outputs:
        yield from (
            (step, None, each, escape(value)) for each in output_names(name, of_child=step in starting)
        )
    for step, target, name, value in run.progress.target_outputs:
        yield step, target, name, escape(value)


def _hidden(run: Run) -> Iterator[Output]:
    """Yield the sensitive outputs of scripts, masked (V5)."""
    starting = _starting(run, (name for _, _, name in run.progress.secret_outputs))
    for step, target, name in run.progress.secret_outputs:
        for each in output_names(name, of_child=step in starting):
            yield from ((step, on, each, HIDDEN) for on in dict.fromkeys((None, target)))


def _starting(run: Run, outputs: Iterable[str]) -> set[str]:
    """Return the names of the steps that start runs, if any of these outputs can be that of a child run."""
    if not any(name.startswith(RUN) for name in outputs):
        return set()  # without going through all steps for each job
    return {step.name for step in run.runbook.steps if step.child_run is not None}


def output_names(name: str, *, of_child: bool) -> tuple[str, ...]:
    """Return the names of an output variable; one of a child run also has Octopus's name."""
    both = of_child and name.startswith(RUN)
    return (name, OF_CHILD.sub(r"\1Deployment[", name)) if both else (name,)


def output_prefixes(state: State, step: str, target: str | None) -> tuple[str, ...]:
    """Return the prefixes of a step's output variables: for all targets, and for one of them."""
    return (_of(step), f"{_of(step)}[{target_name(state, target)}]") if target else (_of(step),)


def _of(step: str) -> str:
    return f"Octopus.Action[{step}].Output"


def target_name(state: State, target: str) -> str:
    """Return the name of a target by its slug."""
    return state.model.targets[target].name if target in state.model.targets else target


def own_secrets(
    state: State, target: str | None, values: Iterable[str], secrets: Mapping[str, str]
) -> Mapping[str, str]:
    """Return sensitive values as a job on a target reads them: without an index, its own output (V8).

    `values` are the names of plain values: the target's own plain output hides a sensitive one of another.
    """
    if target is None:
        return secrets
    own = f"].Output[{target_name(state, target)}]."
    seen = {name.lower(): name for name in secrets}
    found = dict(secrets)
    for name in (*values, *secrets):
        step, _, output = name.partition(own)
        if output and step.startswith("Octopus.Action["):
            mine = f"{step}].Output.{output}"
            found.pop(seen.get(mine.lower(), ""), None)
            if name in secrets:
                found[mine] = secrets[name]
    return found


def _set_by_people(state: State, run: Run) -> Iterator[Output]:
    """Yield answers as output variables of their steps (I4); the last answer wins."""
    for name in run.progress.interruptions:
        interruption = state.interruptions[name]
        if interruption.answer is None:
            continue
        target = state.jobs[interruption.job].target
        for on in dict.fromkeys((None, target)):
            yield from ((interruption.step, on, each, value) for each, value in _answer(interruption).items())
    for step, name in _secret_answers(state, run):
        yield step, None, name, HIDDEN


def _answer(interruption: Interruption) -> dict[str, str]:
    """Return the output variables of one answer."""
    manual = interruption.kind == "manual"
    kind, what = ("Manual", "Approved") if manual else ("Guidance", "Answer")
    values = {
        f"{kind}.{what}": str(interruption.answer == "proceed") if manual else str(interruption.answer),
        f"{kind}.Notes": escape("\n".join(each.notes for each in interruption.answers if each.notes)),
        f"{kind}.ResponsibleUser.Username": interruption.responsible or "",
    }
    if manual:
        people = (each.user for each in interruption.answers if each.answer == "proceed")
        values[f"{kind}.ApprovedBy"] = ", ".join(people)
        values[f"{kind}.Expired"] = str(interruption.expired)
    return values


def secret_answers(state: State, run: Run) -> tuple[str, ...]:
    """Return the names of the sensitive outputs of answers (I6, V5)."""
    return tuple(f"{_of(step)}.{name}" for step, name in _secret_answers(state, run))


def secret_outputs(state: State, run: Run) -> tuple[str, ...]:
    """Return the names of the sensitive outputs of scripts (V5), as steps read them."""
    return tuple(f"{output_prefixes(state, step, on)[-1]}.{name}" for step, on, name, _ in _hidden(run))


def _secret_answers(state: State, run: Run) -> Iterator[tuple[str, str]]:
    asked = (state.interruptions[name] for name in run.progress.interruptions)
    for each in asked:
        if each.answer == "proceed" and not each.expired:
            yield from ((each.step, name) for name in each.answers[-1].secrets)
