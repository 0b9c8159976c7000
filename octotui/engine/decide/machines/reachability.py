"""Machines of running jobs that are away for a while, and commands that people run on machines."""

from hashlib import sha256

from octotui.engine import commands, events
from octotui.engine.commands import Refused
from octotui.engine.decide.transaction import Transaction
from octotui.engine.state import JobOutage
from octotui.model.complaints import did_you_mean
from octotui.model.space import BUILT_IN

LONGEST = 300  # characters of a command that are recorded


def report_reachability(turn: Transaction, command: commands.ReportReachability) -> None:
    """Record that the machine of a running attempt is away, or answers again; a stale report is ignored."""
    job = turn.state.jobs.get(command.job)
    if job is None or job.state != "running" or job.attempt != command.attempt:
        return
    if not command.reason:
        if job.outage is not None:
            turn.emit(events.JobReached(run=job.run, job=job.id))
        return
    since = turn.at if job.outage is None else job.outage.since
    if job.outage != JobOutage(since, command.reason, command.next_try):
        reason, next_try = command.reason, command.next_try
        turn.emit(events.JobUnreachable(run=job.run, job=job.id, reason=reason, next_try=next_try))


def record_command(turn: Transaction, command: commands.RecordCommand) -> None:
    """Record a command that a person runs on a machine."""
    known = turn.state.model.machines
    if command.machine not in known and command.machine != BUILT_IN:
        raise Refused(
            f"there is no worker or target “{command.machine}”{did_you_mean(command.machine, known)}"
        )
    told = events.CommandSent(
        machine=command.machine,
        text=_beginning(command.text),
        length=len(command.text),
        sha256=sha256(command.text.encode(errors="surrogatepass")).hexdigest(),
        by=command.by,
        origin=command.origin,
    )
    turn.emit(told)


def _beginning(text: str) -> str:
    """Return the beginning of a command in one line, with what no line can show escaped."""
    plain = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text[: LONGEST + 1])
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"
