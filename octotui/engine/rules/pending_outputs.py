"""Conditions that depend on outputs which are not set yet, so that they are undecided (S3)."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from octotui.engine.rules.output_variables import target_name
from octotui.engine.rules.variable_context import lookup, values_for
from octotui.engine.state import Run, State, StepProgress
from octotui.model.process import (
    PLAIN_CONDITIONS,
    HealthCheck,
    Manual,
    Package,
    Rolling,
    Runbook,
    Script,
    StartRunbook,
    Step,
    TemplateCall,
)
from octotui.variables.symbolic import undecided_by
from octotui.variables.syntax.names import inner, key_of, steps

NOTHING = StepProgress()
ANY = (".",)
SYSTEM_PREFIXES = ("octopus.action", "octopus.step[")
ASSUMED_OUTPUTS = ("manual.approved", "manual.expired", "guidance.")
"""Outputs of answers that a prediction assumes; the texts of answers stay unknown."""
ANSWER_OUTPUTS = (
    "manual.approved",
    "manual.notes",
    "manual.responsibleuser.username",
    "manual.approvedby",
    "manual.expired",
)


def undecided(state: State, run: Run, index: int, target: str | None = None) -> tuple[str, ...]:
    """Return the names of unknown outputs that decide whether a step runs; `()` if it is decided.

    In a prediction the outputs of simulated steps are unknown, too.
    """
    condition = run.runbook.steps[index].condition
    if condition in PLAIN_CONDITIONS:
        return ()
    is_open = _OpenNames(state, run, index)
    values = values_for(state, run, index, condition, target=target)
    known = {name: value for name, value in values.items() if not is_open(key_of(name))}
    return undecided_by(condition, lookup(known), is_open, state.at)


class _OpenNames:
    """A predicate on names: whether their value may still be set or change before a step is judged."""

    def __init__(self, state: State, run: Run, reader: int) -> None:
        self._state = state
        self._run = run
        self._reader = reader
        self._published = tuple(self._to_publish())

    def __call__(self, key: str) -> bool:
        """Return whether the value of a name in lower case is open."""
        if not key.startswith(SYSTEM_PREFIXES):
            return any(key == each or key.startswith((f"{each}.", f"{each}[")) for each in self._published)
        match steps(key):
            case ["octopus", ".action"]:
                return any(self._sets(each, ANY) for each in range(len(self._run.progress.steps)))
            case ["octopus", what, name, *rest] if rest and name[0] == "[":
                named = [each for each, step in enumerate(self._steps) if step.name.lower() == inner(name)]
                if rest[0] == ".output" and what == ".action":
                    return any(self._sets(each, rest[1:]) for each in named)
                return rest[0] in (".isskipped", ".status") and any(map(self._may_run, named))
        return False

    @property
    def _steps(self) -> tuple[Step, ...]:
        return self._run.runbook.steps

    def _to_publish(self) -> Iterator[str]:
        """Yield the open variables that steps publish to sets which the run sees (V4)."""
        project = self._state.model.projects.get(
            self._state.model.project_of(self._run.request.process) or ""
        )
        seen = project.variable_sets if project is not None else ()
        for index, step in enumerate(self._steps):
            for name in (each.lower() for each, chosen in step.publish.items() if chosen in seen):
                if self._sets(index, (f".{name}",)):
                    yield name

    def _may_run(self, index: int) -> bool:
        """Return whether a prediction has simulated a step whose condition is undecided."""
        return any(self._state.jobs[job].undecided for job in self._run.progress.steps[index].jobs)

    def _sets(self, index: int, rest: Sequence[str]) -> bool:
        """Return whether a step may still set an output; `rest` are the last steps of its name.

        With an empty `rest`, return whether it may set any output of a target.
        """
        step, progress = self._steps[index], self._run.progress.steps[index]
        left_out = progress.state == "skipped" or self._run.not_applicable(step)
        if left_out or not _comes_before(self._run, index, self._reader):
            return False
        on = rest[0] if rest and rest[0][0] == "[" else ""
        name = "".join(rest).removeprefix(on).removeprefix(".")
        over = progress.state not in ("pending", "started")
        if over and (not self._state.predicted or name.startswith(ASSUMED_OUTPUTS)):
            return False
        if on and self._run.selection.targeted:
            called = (target_name(self._state, each).lower() for each in _targets(self._run, index))
            return inner(on) in called
        answers = step.question is not None and name in ANSWER_OUTPUTS
        return answers or _can_set(self._state, step, rest, progress)


def _comes_before(run: Run, index: int, reader: int) -> bool:
    """Return whether a step may end before another is judged: child steps and questions come later (I1)."""
    steps = run.runbook.steps
    before, after = (
        next(number for number, group in enumerate(run.groups) if each in group) for each in (index, reader)
    )
    asks = steps[reader].question is not None and steps[index].question is None
    return before < after or (before == after and bool(steps[reader].within or asks))


def _targets(run: Run, index: int) -> tuple[str, ...]:
    """Return the targets of a step, or of its rolling step."""
    while run.runbook.steps[index].within:
        index -= 1
    return run.progress.steps[index].targets


def _can_set(state: State, step: Step, rest: Sequence[str], progress: StepProgress = NOTHING) -> bool:
    """Return whether a step of this kind can set an output whose name ends in `rest`."""
    match step.action:
        case Rolling():
            return False
        case Manual(fields=fields):
            name = "".join(rest).removeprefix(".")
            return any(
                name == each or name.startswith((f"{each}.", f"{each}[")) for each in map(str.lower, fields)
            )
        case StartRunbook() as action:
            return _comes_back(state, action, rest, progress)
        case Script() | TemplateCall() | Package() | HealthCheck():
            return step.for_targets if not rest or rest[0][0] == "[" else True
        case _:
            assert_never(step.action)


def _comes_back(state: State, action: StartRunbook, rest: Sequence[str], progress: StepProgress) -> bool:
    """Return whether an awaited child run can set an output, which its parent reads as its own."""
    if not rest or not action.wait or rest[0] not in (".run", ".deployment"):
        return bool(rest) and rest[0] == ".guidance"
    child = next((run for job in progress.jobs if (run := state.runs.get(state.jobs[job].child or ""))), None)
    declared = state.model.runbooks.get(action.runbook, Runbook(name=""))
    process = child.runbook if child else declared.flat()
    return len(rest) == 1 or any(
        rest[2:]
        and rest[2][0] == "."
        and step.name.lower() == inner(rest[1])
        and (child is None or child.progress.steps[index].state != "skipped")
        and _can_set(state, step, rest[2:], child.progress.steps[index] if child else NOTHING)
        for index, step in enumerate(process.steps)
    )
