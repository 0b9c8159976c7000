"""The table of runs for lists: one small record for each run, updated by its events."""

import re
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any, Literal

import msgspec
from msgspec.structs import astuple, replace

from octotui.engine.events import (
    RunCancelling,
    RunEnded,
    RunPaused,
    RunQueued,
    RunRequeued,
    RunStarted,
    WorkerReselected,
    WorkersSelected,
)
from octotui.engine.state import Event, Pick, Run
from octotui.store.errors import malformed

RecordState = Literal[
    "queued", "executing", "paused", "cancelling", "succeeded", "failed", "cancelled", "timed-out"
]
_RUN = re.compile(r"run-[0-9]{1,18}")
CHANGES = frozenset(
    (
        WorkersSelected,
        WorkerReselected,
        RunQueued,
        RunStarted,
        RunPaused,
        RunRequeued,
        RunCancelling,
        RunEnded,
    )
)


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a list of runs; `parent` is the job that started the run, times are seconds since 1970."""

    number: int
    id: str
    root: str
    parent: str | None = None
    process: str
    name: str
    environment: str | None = None
    tenant: str | None = None
    requester: str = ""
    state: RecordState = "queued"
    reason: str = ""
    queued_at: float
    started_at: float | None = None
    ended_at: float | None = None
    warnings: int = 0
    workers: tuple[str, ...] = ()  # leased so far, and their pools
    pools: tuple[str, ...] = ()


def run_number(run: str) -> int:
    """Return the number in a run's id: 7 of `run-7`."""
    return int(run.rpartition("-")[2])


def record_of(event: Event, before: RunRecord | None) -> RunRecord | None:
    """Return a run's record after an event; None where the event does not change it."""
    if type(event) not in CHANGES:
        return None
    if isinstance(event, RunQueued):
        return _queued(event)
    return before and _changed(event, before)


def _changed(event: Event, before: RunRecord) -> RunRecord | None:
    match event:
        case RunStarted(at=at):
            first = at if before.started_at is None else before.started_at
            return replace(before, state="executing", started_at=first)
        case RunEnded(state=state, reason=reason, at=at, warnings=warnings):
            return replace(before, state=state, reason=reason, ended_at=at, warnings=warnings)
        case RunPaused():
            return replace(before, state="paused")
        case RunRequeued():
            return replace(before, state="queued")
        case RunCancelling(reason=reason):
            return replace(before, state="cancelling", reason=reason)
        case WorkerReselected(pick=pick):
            return _with_picks(before, (pick,))
        case WorkersSelected(picks=picks):
            return _with_picks(before, picks)
    return None


def _with_picks(before: RunRecord, picks: Iterable[Pick]) -> RunRecord:
    """Append the workers and pools of picks."""
    workers = _with(before.workers, (each.worker for each in picks))
    return replace(before, workers=workers, pools=_with(before.pools, (each.pool for each in picks)))


def _with(known: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    """Append names, and drop duplicates."""
    return tuple(dict.fromkeys((*known, *more)))


def _queued(event: RunQueued) -> RunRecord:
    return RunRecord(
        number=run_number(event.run),
        id=event.run,
        root=event.root,
        parent=event.parent,
        process=event.process,
        name=event.name,
        environment=event.environment,
        tenant=event.tenant,
        requester=event.requester,
        queued_at=event.at,
    )


def record_of_run(run: Run) -> RunRecord:
    """Return the record of a run in a State."""
    return RunRecord(
        number=run.number,
        id=run.id,
        root=run.root,
        parent=run.parent,
        process=run.request.process,
        name=run.title,
        environment=run.request.environment,
        tenant=run.request.tenant,
        requester=run.request.requester,
        state=run.state,
        reason=run.reason,
        queued_at=run.queued_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        warnings=len(run.progress.warnings),
        workers=_with((), (each.worker for each in run.selection.picks)),
        pools=_with((), (each.pool for each in run.selection.picks)),
    )


def to_row(record: RunRecord) -> tuple[Any, ...]:
    """Return a record's row: its fields in order, lists of names as JSON."""
    *plain, workers, pools = astuple(record)
    return (*plain, names_text(workers), names_text(pools))


def names_text(names: Sequence[str]) -> str:
    """Encode names for a column of the table."""
    return msgspec.json.encode(names).decode() if names else "[]"


def _names(text: str) -> tuple[str, ...]:
    """Decode the names in a column; empty where it is invalid."""
    try:
        return () if text == "[]" else msgspec.json.decode(text, type=tuple[str, ...])
    except (msgspec.MsgspecError, TypeError):
        return ()


def from_row(row: Sequence[Any]) -> RunRecord:
    """Return the record of a row, whose columns are the fields in order; an older journal has fewer.

    Raises sqlite3.DatabaseError where a value does not fit: no hash covers this table.
    """
    fields = dict(zip(RunRecord.__struct_fields__, row, strict=False))
    for lists in ("workers", "pools"):
        if lists in fields:
            fields[lists] = _names(fields[lists])
    try:
        record = msgspec.convert(fields, RunRecord)
    except msgspec.ValidationError as problem:
        raise malformed(f"record of run {row[0]!r}: {problem}") from problem
    if record.id != f"run-{record.number}" or not _RUN.fullmatch(record.root):
        raise malformed(f"record of run {record.number}: it names another run")
    if not all(map(isfinite, (record.queued_at, record.started_at or 0.0, record.ended_at or 0.0))):
        raise malformed(f"record of run {record.number}: a time is infinite")
    return record
