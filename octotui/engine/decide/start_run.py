"""Validation of the start of a run: names, releases, lifecycles, skipped steps, given values."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from octotui.engine.commands import Refused, StartDue, StartRun
from octotui.engine.decide.create_release import newest_release
from octotui.engine.decide.run_process import queue_run
from octotui.engine.decide.transaction import Transaction
from octotui.engine.events import ScheduleMissed
from octotui.engine.rules.lifecycles import why_not_here
from octotui.engine.rules.start_prompts import (
    RequiredPrompt,
    problems_with,
    required_prompts,
    sort_out,
    unasked,
)
from octotui.engine.state import Run, State
from octotui.engine.state.releases import Release, release_key
from octotui.model.complaints import Reason, did_you_mean
from octotui.model.iteration import variables
from octotui.model.process import Runbook, Step
from octotui.model.space import Schedule
from octotui.model.start_times import LATEST

NOTHING: Mapping[str, str] = MappingProxyType({})


def start_run(turn: Transaction, command: StartRun) -> None:
    """Queue the run that a caller requests, with values for prompts alone (V6). Raises Refused."""
    _start(turn, command, of_model=False)


def _start(turn: Transaction, command: StartRun, *, of_model: bool) -> None:
    """Queue a run or deployment; values `of_model` may be of any variable. Raises Refused."""
    model = turn.state.model
    declared = model.process(command.process)
    if declared is None:
        raise Refused(f"there is no runbook or project {command.process}")
    if command.environment is not None and command.environment not in model.environments:
        raise Refused(f"there is no environment {command.environment}")
    if command.tenant is not None and command.tenant not in model.tenants:
        raise Refused(f"there is no tenant {command.tenant}")
    _check_times(command)
    _check_schedule(turn.state, command)
    release = release_for(turn.state, command, declared.name)
    _check_skipped(release.definition if release else declared, command.skip)
    _check_passed(turn.state, command)
    given = sort_out(model, command.process, command.variables, command.sensitive)
    asked = required_prompts(model, command, release)
    unknown = () if of_model else unasked(model, command.process, asked, command.variables)
    if problems := unknown + problems_with(asked, given):
        raise Refused("; ".join(problems))
    queue_run(turn, command, given, release)


def start_due(turn: Transaction, command: StartDue) -> None:
    """Queue the run of a due schedule, or record why it was missed. Raises Refused for a repeated time."""
    schedule = turn.state.model.schedules.get(command.schedule)
    if schedule is None or not schedule.enabled:
        raise Refused(f"there is no schedule {command.schedule}, or it is not enabled")
    start = StartRun(
        process=schedule.process,
        environment=schedule.environment,
        tenant=schedule.tenant,
        variables=schedule.variables,
        release=_newest(turn.state, schedule),
        schedule=command.schedule,
        due=command.due,
    )
    _check_schedule(turn.state, start)
    try:
        _start(turn, start, of_model=True)
    except Refused as refused:
        reason = str(refused)
        turn.emit(ScheduleMissed(schedule=command.schedule, due=command.due, reason=reason))


def _check_passed(state: State, command: StartRun) -> None:
    """Raise Refused for a passed variable that is no source of a sensitive value (V5)."""
    sources = {value.secret.env for _, each in variables(state.model) for value in each if value.secret}
    for name in command.passed:
        if name not in sources:
            known = sorted(filter(None, sources))
            raise Refused(f"no sensitive value is read from the variable {name}{did_you_mean(name, known)}")


def _newest(state: State, schedule: Schedule) -> str | None:
    """Return the version of the newest release in a project schedule's channel, or None."""
    project = state.model.projects.get(schedule.project or "")
    if project is None:
        return None
    channel = schedule.channel or project.default_channel
    made = (
        each
        for _, each in state.releases.items()
        if (each.process, each.channel) == (schedule.project, channel)
    )
    newest = max(made, key=lambda each: each.created, default=None)
    return newest.version if newest else None


def _check_schedule(state: State, command: StartRun) -> None:
    """Raise Refused for a time of a schedule that was started already (idempotent, Q5)."""
    if command.schedule is not None and command.due is not None:
        last = state.schedules.get(command.schedule)
        if last is not None and command.due <= last:
            raise Refused(f"the schedule {command.schedule} has started its run of this time already")


def _check_times(command: StartRun) -> None:
    """Raise Refused for a time that is negative, beyond calendars, or not a number."""
    for time in (command.not_before, command.due):
        if time is not None and not 0 <= time < LATEST:
            raise Refused(f"{time:g} is no time to start at: say seconds since 1970, before the year 9999")


class Rerun(msgspec.Struct, frozen=True):
    """The command to rerun a run, and the names of the values that it cannot reuse.

    `dropped` ones have no prompt any more; `unkept` ones are sensitive, and must be given again (V5).
    """

    command: StartRun
    dropped: tuple[str, ...] = ()
    unkept: tuple[str, ...] = ()


def again(state: State, run: Run, user: str, given: Mapping[str, str] = NOTHING) -> Rerun:
    """Return the command to rerun a run, with `given` values overriding those it had (V6)."""
    had = run.request
    start = StartRun(
        process=had.process,
        environment=had.environment,
        tenant=had.tenant,
        requester=user,
        guided=had.guidance,
        release=had.release.version if had.release and had.channel is not None else None,
        skip=had.skip,
    )
    asked = {each.name.lower() for each in requested_prompts(state, start)}
    kept = {name: value for name, value in had.variables.items() if name.lower() in asked}
    dropped = tuple(name for name in (*had.variables, *had.secrets) if name.lower() not in asked)
    names = {name.lower() for name in given}
    unkept = tuple(name for name in had.secrets if name.lower() in asked - names)
    return Rerun(msgspec.structs.replace(start, variables={**kept, **given}), dropped, unkept)


def requested_prompts(state: State, command: StartRun) -> tuple[RequiredPrompt, ...]:
    """Return the prompts before the start of a run; `()` if it would be refused anyway."""
    declared = state.model.process(command.process)
    if declared is None:
        return ()
    try:
        return required_prompts(state.model, command, release_for(state, command, declared.name))
    except Refused:
        return ()


def release_for(state: State, command: StartRun, name: str) -> Release | None:
    """Return the release to run: a project needs one, a published runbook has its latest. Raises Refused."""
    is_project = command.process in state.model.projects
    if command.release is None:
        if is_project:
            raise Refused(f"{name} is a project: make a release of it, and say which one to deploy")
        return None if command.draft else newest_release(state, command.process)
    release = state.releases.get(release_key(command.process, command.release))
    if release is None:
        raise Refused(f"{name} has no release {command.release}: make it first, or name another one")
    if is_project:
        _check_place(state, command, release)
    return release


def _check_place(state: State, command: StartRun, release: Release) -> None:
    if command.environment is None:
        raise Refused(f"{release.title} is deployed to an environment: say which one")
    reason = why_not_here(state.model, release, command.environment, command.tenant)
    if reason is not None:
        raise Refused(reason)


def _check_skipped(definition: Runbook, skip: Sequence[str]) -> None:
    """Raise Refused for skipping an unknown step, a required one, or one that asks teams (S4, I2)."""
    steps = {step.name: step for step in definition.flat().steps}
    for name in skip:
        if name not in steps:
            known = did_you_mean(name, steps).rstrip(".")
            raise Refused(f"{definition.name} has no step “{name}”{known}")
        for step in (steps[name], *(each for each in steps.values() if each.within == name)):
            if (reason := _must_run(step)) is not None:
                raise Refused(f"“{name}” cannot be skipped: {reason}")


def _must_run(step: Step) -> Reason | None:
    """Return why a step cannot be skipped, or None."""
    if step.required:
        return f"“{step.name}” is required"
    if step.question is not None and step.question.teams:
        return f"{' or '.join(step.question.teams)} must answer “{step.name}”"
    return None
