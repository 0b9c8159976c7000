"""The dispatch of commands to their handlers, which emit events or refuse."""

from typing import assert_never

from octotui.engine import commands, events
from octotui.engine.commands import Command, Refused
from octotui.engine.decide import questions
from octotui.engine.decide.attempt_outcomes import report_outcome, report_progress
from octotui.engine.decide.cancel import cancel, cancel_all
from octotui.engine.decide.create_release import create_release
from octotui.engine.decide.due_deadlines import fire_deadline
from octotui.engine.decide.machines.health_checks import (
    end_check,
    give_passphrase,
    plan_checks,
    request_checks,
)
from octotui.engine.decide.machines.machine_leases import (
    adopt_machine,
    destroy_machine,
    forget_machines,
    report_destroyed,
    report_machine,
)
from octotui.engine.decide.machines.reachability import record_command, report_reachability
from octotui.engine.decide.start_run import start_due, start_run
from octotui.engine.decide.transaction import Transaction
from octotui.engine.state.retained import retained_state


def decide(turn: Transaction, command: Command) -> None:  # noqa: C901, PLR0912, PLR0915 - one line a command
    """Emit the direct events of a command; `schedule` reacts to them. Raises Refused."""
    match command:  # the most frequent one first
        case commands.ReportOutcome():
            report_outcome(turn, command)
        case commands.LoadModel():
            turn.emit(events.ModelLoaded(model=command.model))
        case commands.ReportHealth():
            _report_health(turn, command)
        case commands.CheckHealth():
            request_checks(turn, command)
        case commands.ReportCheck():
            end_check(turn, command)
        case commands.ReportMachine():
            report_machine(turn, command)
        case commands.ReportDestroyed():
            report_destroyed(turn, command)
        case commands.DestroyMachine():
            destroy_machine(turn, command)
        case commands.AdoptMachine():
            adopt_machine(turn, command)
        case commands.GivePassphrase():
            give_passphrase(turn, command)
        case commands.RecordCommand():
            record_command(turn, command)
        case commands.StartRun():
            start_run(turn, command)
        case commands.CreateRelease():
            create_release(turn, command)
        case commands.ChoosePackages():
            _choose_packages(turn, command)
        case commands.ReportProgress():
            report_progress(turn, command)
        case commands.ReportReachability():
            report_reachability(turn, command)
        case commands.TakeInterruption():
            questions.take(turn, command)
        case commands.AnswerInterruption():
            questions.answer(turn, command)
        case commands.ReleaseInterruption():
            questions.release(turn, command)
        case commands.HandOverInterruption():
            questions.hand_over(turn, command)
        case commands.ReportNotice():
            _report_notice(turn, command)
        case commands.StartDue():
            start_due(turn, command)
        case commands.MoveToTop():
            _move_to_top(turn, command)
        case commands.CancelRun():
            _cancel(turn, command)
        case commands.RecordRefusal():
            _record_refusal(turn, command)
        case commands.RemoveRuns():
            _remove_runs(turn, command)
        case commands.RecordRemoval():
            turn.emit(events.FilesRemoved(kind=command.kind, runs=command.runs))
        case commands.Reopen():
            cancel_all(turn, command.unsure)
            if command.model is not None:
                turn.emit(events.ModelLoaded(model=command.model))
            plan_checks(turn, reopened=True)
        case commands.ForgetMachines():
            forget_machines(turn, command.reason)
        case commands.Tick():
            fire_deadline(turn)
        case _:
            assert_never(command)


def _report_health(turn: Transaction, command: commands.ReportHealth) -> None:
    if command.worker not in turn.state.model.workers and command.worker not in turn.state.model.targets:
        raise Refused(f"there is no worker or target “{command.worker}”")
    if turn.state.health.get(command.worker) != command.health:
        turn.emit(events.HealthChanged(worker=command.worker, health=command.health, reason=command.reason))


def _choose_packages(turn: Transaction, command: commands.ChoosePackages) -> None:
    run = turn.state.runs.get(command.run)
    if run is None or run.state != "queued" or not run.awaits_packages:
        return  # stale: the run has ended, or its versions were chosen already
    turn.emit(events.PackagesChosen(run=run.id, versions=command.versions, problems=command.problems))


def _move_to_top(turn: Transaction, command: commands.MoveToTop) -> None:
    run = turn.state.runs.get(command.run)
    if run is None or run.state != "queued":
        raise Refused(f"{command.run} is not queued, so that it cannot be moved to the top")
    if run.queueing.moved:
        raise Refused(f"{run.id} was moved to the top already")
    turn.emit(events.RunMoved(run=run.id, by=command.by, origin=command.origin))


def _cancel(turn: Transaction, command: commands.CancelRun) -> None:
    run = turn.state.runs.get(command.run)
    if run is None or run.ended:
        raise Refused(f"{command.run} cannot be cancelled: it has ended, or there is no such run")
    if run.state == "cancelling":
        raise Refused(f"{run.id} is being ended already")
    by = f"cancelled by {command.by}" if command.by else "cancelled"
    cancel(turn, run.id, by, by=command.by or None, origin=command.origin)


def _report_notice(turn: Transaction, command: commands.ReportNotice) -> None:
    question = turn.state.interruptions.get(command.interruption)
    if question is not None and not turn.run(question.run).ended:
        reason = f"the notice of the question “{question.step}” was not sent: {command.problem}"
        turn.emit(events.NoticeFailed(run=question.run, interruption=question.id, reason=reason))


def _record_refusal(turn: Transaction, command: commands.RecordRefusal) -> None:
    turn.emit(
        events.ActionRefused(
            user=command.user,
            action=command.action,
            subject=command.subject,
            reason=command.reason,
            origin=command.origin,
            more=command.more,
        )
    )


def _remove_runs(turn: Transaction, command: commands.RemoveRuns) -> None:
    there = [run for run in command.runs if run in turn.state.runs]
    if there:
        raise Refused(f"{there[0]} is still needed: only families that have ended are removed")
    retained = retained_state(turn.state, durations=command.durations) if command.keep else None
    turn.emit(events.RunsRemoved(runs=command.runs, gaps=command.gaps, retained=retained))
