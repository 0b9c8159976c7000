"""Conditions that read an output which is not set yet: nobody can say whether their step runs (S3)."""

from collections.abc import Sequence
from functools import partial

from octotui.engine.rules.output_variables import target_name
from octotui.engine.rules.variable_context import lookup, values_for
from octotui.engine.state import Run, State, StepProgress
from octotui.model.process import Manual, Rolling, Runbook, StartRunbook, Step
from octotui.variables.symbolic import undecided_by
from octotui.variables.syntax.names import inner, key_of, steps

PLAIN = ("success", "failure", "always")
NOTHING = StepProgress()
ANY = (".",)
AS_PLAYED = ("manual.approved", "manual.expired", "guidance.")
"""What people say in a prediction is what it takes for granted, but no texts of theirs."""
OF_ANSWERS = (
    "manual.approved",
    "manual.notes",
    "manual.responsibleuser.username",
    "manual.approvedby",
    "manual.expired",
)


def undecided(state: State, run: Run, index: int, target: str | None = None) -> tuple[str, ...]:
    """The outputs still to come that decide whether a step runs, by their names; none where that is decided.

    In a prediction the outputs of steps that ran are still to come, too: their scripts were not run.
    """
    condition = run.runbook.steps[index].condition
    if condition in PLAIN:
        return ()
    is_open = partial(_is_open, state, run, index)
    values = values_for(state, run, index, condition, target=target)
    known = {name: value for name, value in values.items() if not is_open(key_of(name))}
    return undecided_by(condition, lookup(known), is_open, state.at)


def _is_open(state: State, run: Run, reader: int, key: str) -> bool:
    """Whether the value of a name in lower case may still come, or change, before a step is judged."""
    if not key.startswith("octopus."):
        return _is_published(state, run, reader, key)
    match steps(key):
        case ["octopus", ".action"]:
            return any(_sets(state, run, each, reader, ANY) for each in range(len(run.steps)))
        case ["octopus", ".action" | ".step" as what, name, *rest] if rest and name[0] == "[":
            named = [
                index for index, step in enumerate(run.runbook.steps) if step.name.lower() == inner(name)
            ]
            if rest[0] == ".output" and what == ".action":
                return any(_sets(state, run, each, reader, rest[1:]) for each in named)
            return rest[0] in (".isskipped", ".status") and any(_may_run(state, run, each) for each in named)
    return False


def _may_run(state: State, run: Run, index: int) -> bool:
    """Whether a prediction has played a step of which nobody can say whether it comes."""
    return any(state.jobs[job].undecided for job in run.steps[index].jobs)


def _is_published(state: State, run: Run, reader: int, key: str) -> bool:
    """Whether a step that comes before publishes a variable of this name where the run sees it (V4)."""
    project = state.model.projects.get(state.model.project_of(run.process) or "")
    sets = project.variable_sets if project else ()
    return any(
        name.lower() == key and chosen in sets and _sets(state, run, index, reader, (f".{key}",))
        for index, step in enumerate(run.runbook.steps)
        for name, chosen in step.publish.items()
    )


def _sets(state: State, run: Run, index: int, reader: int, rest: Sequence[str]) -> bool:
    """Whether a step may still set an output before another one is judged; `rest` is the end of its name.

    An empty `rest` asks whether it sets any output of a target.
    """
    step, progress = run.runbook.steps[index], run.steps[index]
    if not _comes_before(run, index, reader) or progress.state == "skipped" or run.not_applicable(step):
        return False
    over = progress.state not in ("pending", "started")
    if over and (not state.predicted or "".join(rest).removeprefix(".").startswith(AS_PLAYED)):
        return False
    if rest and rest[0][0] == "[" and run.targeted:
        return inner(rest[0]) in (target_name(state, each).lower() for each in _targets(run, index))
    return _can_set(state, step, rest, progress)


def _comes_before(run: Run, index: int, reader: int) -> bool:
    """Whether a step may be over when another is judged: child steps and questions come later (I1)."""
    group = {each: number for number, steps in enumerate(run.groups) for each in steps}
    waits = run.runbook.steps[reader].within or (
        isinstance(run.runbook.steps[reader].action, Manual)
        and not isinstance(run.runbook.steps[index].action, Manual)
    )
    return group[index] < group[reader] or bool(waits and group[index] == group[reader])


def _targets(run: Run, index: int) -> tuple[str, ...]:
    """The targets of a step, or of the rolling step that it is within."""
    while run.runbook.steps[index].within:
        index -= 1
    return run.steps[index].targets


def _can_set(state: State, step: Step, rest: Sequence[str], progress: StepProgress = NOTHING) -> bool:
    """Whether a step of this kind ever sets an output whose name ends so."""
    match step.action:
        case Rolling():
            return False
        case Manual(fields=fields):
            name = "".join(rest).removeprefix(".")
            return name in OF_ANSWERS or any(
                name == each.lower() or name.startswith((f"{each.lower()}.", f"{each.lower()}["))
                for each in fields
            )
        case StartRunbook() as action:
            return _comes_back(state, action, rest, progress)
    return step.for_targets if not rest or rest[0][0] == "[" else True


def _comes_back(state: State, action: StartRunbook, rest: Sequence[str], progress: StepProgress) -> bool:
    """Whether a child run that is waited for may set an output, which its parent reads as its own."""
    if not rest or not action.wait or rest[0] not in (".run", ".deployment"):
        return bool(rest) and rest[0] == ".guidance"
    child = next((run for job in progress.jobs if (run := state.runs.get(state.jobs[job].child or ""))), None)
    declared = state.model.runbooks.get(action.runbook, Runbook(name=""))
    process = child.runbook if child else declared.flat()
    return len(rest) == 1 or any(
        step.name.lower() == inner(rest[1])
        and (child is None or child.steps[index].state != "skipped")
        and _can_set(state, step, rest[2:], child.steps[index] if child else NOTHING)
        for index, step in enumerate(process.steps)
    )
