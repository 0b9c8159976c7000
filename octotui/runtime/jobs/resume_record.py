"""Attempts on their machines, those that an earlier session left, and the resume record of their output."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated, NamedTuple

import msgspec
from msgspec.structs import replace

from octotui.engine.state import Outcome
from octotui.runtime.jobs.package_acquisition import AttemptPackages
from octotui.workers.executor import AttemptStatus, unread
from octotui.workers.machine import AttemptKey, FileError, Machine

RESTARTED = "its machine was restarted while it was running, and it is unknown how far it got"
KILLED = "all its processes were killed while octotui was not running, and it is unknown how far it got"
UNREADABLE = "another version of octotui started it, and its record cannot be read by this one"

WARNINGS = 100  # most warnings before a script's output
LONGEST = 1000  # characters of a warning
GRACE = 2.0  # seconds that an abandoned script has before KILL


class LocatedAttempt(NamedTuple):
    """An attempt on its machine, and what it may have beside its workspace."""

    machine: Machine
    key: AttemptKey
    has_packages: bool
    has_spans: bool = True

    async def stop_and_clean(self, packages: AttemptPackages) -> None:
        """Stop it, wait for its end, and remove all that it has there. Raises Unreachable."""
        processes = self.machine.processes
        await processes.stop(self.key, GRACE)
        if (await processes.inspect(self.key)).state in ("running", "ended"):
            await processes.follow(self.key, unread)
        await self.clean(packages)

    async def clean(self, packages: AttemptPackages) -> None:
        """Remove all that it has there, once it has ended. Raises Unreachable."""
        await self.machine.processes.clean(self.key)
        if self.has_packages:
            with suppress(FileError):  # its script has made that impossible
                await packages.remove(self.machine, self.key)


class ResumeRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the attempt begins in the job's log, octotui's warnings before it, and values to mask (V5).

    `secrets` by name, and other `sensitive` values, are as private as the script beside them, and are removed
    when the attempt has ended. `notes_spans` says that masked spans are stored beside the log.
    """

    log: Annotated[int, msgspec.Meta(ge=0, lt=1 << 62)] = 0
    warnings: tuple[str, ...] = ()
    secrets: dict[str, str] = {}
    sensitive: tuple[str, ...] = ()
    notes_spans: bool = False


class ResumableAttempt(msgspec.Struct, frozen=True):
    """An attempt that an earlier session left on a machine: its resume record, whether it has started.

    `lost` is the reason if its end turns out to be unknown, where there is a better one than its machine's.
    """

    machine: Machine
    key: AttemptKey
    resume: ResumeRecord
    begun: bool
    lost: str = ""


class UnreachedAttempt(msgspec.Struct, frozen=True):
    """An attempt that an earlier session left on a machine that cannot be reached at present."""


LeftAttempt = ResumableAttempt | UnreachedAttempt | Outcome


def bounded(warnings: Iterable[str]) -> tuple[str, ...]:
    """Return unique warnings, cut to WARNINGS of LONGEST characters."""
    return tuple(dict.fromkeys(each[:LONGEST] for each in warnings))[:WARNINGS]


def encode(resume: ResumeRecord) -> str:
    """Encode a record as one line."""
    return msgspec.json.encode(resume).decode()


def decode(text: str) -> ResumeRecord | None:
    """Decode a record; None where it is invalid, and then nothing can be masked."""
    try:
        resume = msgspec.json.decode(text, type=ResumeRecord)
    except (msgspec.MsgspecError, ValueError, RecursionError):  # the script may have written anything there
        return None
    return replace(resume, warnings=bounded(resume.warnings))


def judged(
    machine: Machine, key: AttemptKey, left: AttemptStatus, resume: ResumeRecord | None, *, same_boot: bool
) -> ResumableAttempt | Outcome:
    """Decide about an attempt that was left: none is run twice silently (R4)."""
    begun = left.state in ("running", "ended")
    if not begun and not same_boot:
        return Outcome(state="lost", reason=RESTARTED)
    if left.state == "lost":
        return Outcome(state="lost", reason=left.reason or KILLED)
    if resume is None or (begun and not left.resume):
        return Outcome(state="lost", reason=UNREADABLE)
    return ResumableAttempt(machine, key, resume, begun, "" if same_boot else RESTARTED)
