"""What a command leads to at once, or why it is refused."""

from typing import assert_never

from octotui.engine import commands as asked
from octotui.engine import events as happened
from octotui.engine import questions
from octotui.engine.cancel import cancel, give_up_all
from octotui.engine.commands import Command, Refused
from octotui.engine.due import let_due
from octotui.engine.kept import kept_of
from octotui.engine.outcomes import report_outcome, report_progress
from octotui.engine.releasing import create_release
from octotui.engine.starting import start_due, start_run
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
            questions.take(turn, command)
        case asked.AnswerInterruption():
            questions.answer(turn, command)
        case asked.ReleaseInterruption():
            questions.release(turn, command)
        case asked.HandOverInterruption():
            questions.hand_over(turn, command)
        case asked.ReportNotice():
            _report_notice(turn, command)
        case asked.StartDue():
            start_due(turn, command)
        case asked.MoveToTop():
            _move_to_top(turn, command)
        case asked.CancelRun():
            _cancel(turn, command)
        case asked.RecordRefusal():
            _record_refusal(turn, command)
        case asked.RemoveRuns():
            _remove_runs(turn, command)
        case asked.RecordRemoval():
            turn.emit(happened.FilesRemoved(kind=command.kind, runs=command.runs))
        case asked.Reopen():
            give_up_all(turn, command.unsure)
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


def _report_notice(turn: Turn, command: asked.ReportNotice) -> None:
    question = turn.state.interruptions.get(command.interruption)
    if question is not None and not turn.run(question.run).ended:
        reason = f"nobody was told of the question “{question.step}”: {command.problem}"
        turn.emit(happened.NoticeFailed(run=question.run, interruption=question.id, reason=reason))


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


def _remove_runs(turn: Turn, command: asked.RemoveRuns) -> None:
    there = [run for run in command.runs if run in turn.state.runs]
    if there:
        raise Refused(f"{there[0]} is still needed: only families that have ended are removed")
    kept = kept_of(turn.state) if command.keep else None
    turn.emit(happened.RunsRemoved(runs=command.runs, gaps=command.gaps, kept=kept))
