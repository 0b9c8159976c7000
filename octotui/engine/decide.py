"""What a command leads to at once, or why it is refused."""

from typing import assert_never

from octotui.engine import commands as asked
from octotui.engine import events as happened
from octotui.engine.cancel import cancel
from octotui.engine.commands import Command, Refused
from octotui.engine.due import let_due
from octotui.engine.outcomes import report_outcome, report_progress
from octotui.engine.releasing import create_release
from octotui.engine.starting import start_due, start_run
from octotui.engine.state import Interruption, State
from octotui.engine.turn import Turn


def decide(turn: Turn, command: Command) -> None:  # noqa: C901, PLR0912, PLR0915 - one line a command
    """Emit what a command leads to; the rest follows from these events (`schedule`)."""
    match command:
        case asked.LoadModel():
            turn.emit(happened.ModelLoaded(model=command.model))
        case asked.ReportHealth():
            _report_health(turn, command)
        case asked.StartRun():
            start_run(turn, command)
        case asked.CreateRelease():
            create_release(turn, command)
        case asked.ChoosePackages():
            _choose_packages(turn, command)
        case asked.ReportProgress():
            report_progress(turn, command)
        case asked.ReportOutcome():
            report_outcome(turn, command)
        case asked.TakeInterruption():
            _take(turn, command)
        case asked.AnswerInterruption():
            _answer(turn, command)
        case asked.StartDue():
            start_due(turn, command)
        case asked.MoveToTop():
            _move_to_top(turn, command)
        case asked.CancelRun():
            _cancel(turn, command)
        case asked.RecordRefusal():
            _record_refusal(turn, command)
        case asked.Reopen():
            if command.model is not None:
                turn.emit(happened.ModelLoaded(model=command.model))
        case asked.Tick():
            let_due(turn)
        case _:
            assert_never(command)


def _report_health(turn: Turn, command: asked.ReportHealth) -> None:
    if command.worker not in turn.state.model.workers and command.worker not in turn.state.model.targets:
        raise Refused(f"there is no worker or target {command.worker}")
    if turn.state.health.get(command.worker) != command.health:
        turn.emit(happened.HealthChanged(worker=command.worker, health=command.health))


def _choose_packages(turn: Turn, command: asked.ChoosePackages) -> None:
    run = turn.state.runs.get(command.run)
    if run is None or run.state != "queued" or run.versions is not None or not run.needs_packages:
        return  # the run has ended while its feeds were read, or somebody was faster
    turn.emit(happened.PackagesChosen(run=run.id, versions=command.versions, problems=command.problems))


def _take(turn: Turn, command: asked.TakeInterruption) -> None:
    interruption = _open_interruption(turn.state, command.interruption)
    if interruption.responsible == command.user:
        raise Refused(f"you have taken “{interruption.step}” already: answer it")
    if interruption.responsible is not None:
        raise Refused(f"{interruption.responsible} has taken “{interruption.step}”")
    may = may_answer(turn.state, interruption, command.user)
    if may:
        raise Refused(may)
    turn.emit(
        happened.InterruptionTaken(
            run=interruption.run, interruption=interruption.id, user=command.user, origin=command.origin
        )
    )


def _answer(turn: Turn, command: asked.AnswerInterruption) -> None:
    interruption = _open_interruption(turn.state, command.interruption)
    if interruption.responsible is None:
        raise Refused(f"nobody is responsible for “{interruption.step}” yet: take it first")
    if interruption.responsible != command.user:
        raise Refused(f"{interruption.responsible} has taken “{interruption.step}”, and only they may answer")
    if command.answer not in interruption.choices:
        *others, last = interruption.choices
        told = f"{', '.join(others)} or {last}" if others else last
        raise Refused(f"“{interruption.step}” can't be answered with {command.answer}: say {told}")
    turn.emit(
        happened.InterruptionAnswered(
            run=interruption.run,
            interruption=interruption.id,
            user=command.user,
            answer=command.answer,
            notes=command.notes,
            origin=command.origin,
        )
    )


def _open_interruption(state: State, name: str) -> Interruption:
    interruption = state.interruptions.get(name)
    if interruption is None:
        raise Refused(f"there is no open question {name}: it was answered, or its run has ended")
    if interruption.answer is not None:
        raise Refused(f"“{interruption.step}” was answered already: {interruption.answer}")
    if not interruption.open:
        raise Refused(f"“{interruption.step}” needs no answer any more: {interruption.run} was ended")
    return interruption


def may_answer(state: State, interruption: Interruption, user: str) -> str:
    """Why a user may not take a question, or nothing: a team without members is anyone (I2)."""
    teams = {slug: state.model.teams.get(slug) for slug in interruption.teams}
    if not teams or any(team and (not team.members or user in team.members) for team in teams.values()):
        return ""
    names = " or ".join(team.name if team else slug for slug, team in teams.items())
    return f"only {names} may answer “{interruption.step}”, and {user} is not a member"


def _move_to_top(turn: Turn, command: asked.MoveToTop) -> None:
    run = turn.state.runs.get(command.run)
    if run is None or run.state != "queued":
        raise Refused(f"{command.run} is not queued, so that it cannot be moved to the top")
    if run.moved:
        raise Refused(f"{run.id} was moved to the top already")
    turn.emit(happened.RunMoved(run=run.id, by=command.by, origin=command.origin))


def _cancel(turn: Turn, command: asked.CancelRun) -> None:
    run = turn.state.runs.get(command.run)
    if run is None or run.ended:
        raise Refused(f"{command.run} is not open: it has ended, or there never was one")
    if run.state == "cancelling":
        raise Refused(f"{run.id} is being ended already")
    by = f"cancelled by {command.by}" if command.by else "cancelled"
    cancel(turn, run.id, by, by=command.by or None, origin=command.origin)


def _record_refusal(turn: Turn, command: asked.RecordRefusal) -> None:
    turn.emit(
        happened.ActionRefused(
            user=command.user,
            action=command.action,
            subject=command.subject,
            reason=command.reason,
            origin=command.origin,
        )
    )
