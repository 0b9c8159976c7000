"""What the records of an attempt say of it: its status, and its outcome."""

from octotui.engine.state import Outcome
from octotui.workers.executor import AttemptStatus
from octotui.workers.exit_outcome import exit_outcome
from octotui.workers.workspace_record import OVERWRITTEN, RUNS_ON, WorkspaceRecord, read

UNREPORTED = "its supervisor was killed, so its exit code is unknown; its output shows how far it got"
ORPHANED = "its supervisor was killed; it is followed until all that it started has ended"
UNCLEAR = "its record is damaged, and it is unknown how it ended"
REBOOTED = "its machine was restarted, and it is unknown how far it got"
GONE = "its machine does not know it any more, and it is unknown how it ended"
ELSEWHERE = (
    "an agent there has begun it, and its machine has no Python any more: it is unknown how far it got"
)
NAMED = 10  # processes named in a warning


def status_of(name: str, where: str, life: str, printed: int, body: bytes) -> AttemptStatus:
    """Return the status of an attempt by its records, as far as that is credible."""
    if life == "elsewhere":
        return AttemptStatus("lost", reason=ELSEWHERE)
    record = read(body)
    if life == "unstarted":
        return AttemptStatus("unstarted", record.resume)
    if record.name != name:
        reason = f"{RUNS_ON} {where}" if life == "running" else OVERWRITTEN
        return AttemptStatus("lost", record.resume, reason)
    if life == "running":
        return AttemptStatus("running", record.resume)
    if record.damaged:
        return AttemptStatus("lost", record.resume, UNCLEAR)
    if record.pid is not None:
        return AttemptStatus("ended", record.resume)
    return AttemptStatus("lost" if printed else "unstarted", record.resume)


def outcome_of(record: WorkspaceRecord, *, stopped: bool, left: str, rebooted: bool) -> Outcome:
    """Return the outcome of an attempt that is over; `left` has a line for each process that goes on."""
    warnings = _unended(left)
    code = None if record.damaged else record.code
    if stopped:
        return Outcome(state="cancelled", exit_code=code, warnings=warnings)
    if code is None:
        reason = REBOOTED if rebooted else UNCLEAR if record.damaged else UNREPORTED
        return Outcome(state="lost", reason=reason, warnings=warnings)
    return exit_outcome(code, warnings)


def _unended(left: str) -> tuple[str, ...]:
    """Return the warning about processes of a stopped attempt that go on."""
    lines = [each.partition(" ") for each in left.splitlines() if each]
    if not lines:
        return ()
    shown = ", ".join(f"{pid} ({_printable(name)})" for pid, _, name in lines[:NAMED])
    more = f" and {len(lines) - NAMED} more" if len(lines) > NAMED else ""
    return (f"processes that it started could not be ended, and go on: {shown}{more}",)


def _printable(name: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in name)
