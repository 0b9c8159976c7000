"""Exports: runs as one zip file of events, output and a manifest, written while others may run them."""

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from octotui import __version__
from octotui.engine.events import AnyEvent, AttemptFailed, JobEnded, ModelLoaded, RunEnded, RunQueued
from octotui.engine.state import Artifact
from octotui.store.atomic_file import new_file
from octotui.store.errors import StoreError
from octotui.store.journal.journal import JournalReader
from octotui.store.journal.run_records import run_number
from octotui.store.space_folder import SpaceFolder
from octotui.store.transfer.run_files import copy, opened, pieces

FORMAT = 1
MANIFEST, EVENTS = "manifest.json", "events.jsonl"
PACKED = 128 * 2**20  # bytes that are compressed; the rest is stored, or it would look like a zip bomb
LATEST = 1e11  # seconds since 1970; no honest time is later
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # reproducible: equal runs are equal bytes


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The manifest of an export; `runs` are the roots of its families."""

    octotui_export: int
    written_by: str
    space: str
    runs: tuple[str, ...]
    events: int
    whole: bool
    artifacts: bool


class ExportedRuns(NamedTuple):
    """The result of an export."""

    manifest: Manifest
    events: tuple[AnyEvent, ...]


def first_of_family(folder: SpaceFolder, name: str) -> str:
    """Return the root of a run's family, by the run's id or number; raises StoreError where there is none."""
    if not folder.journal.is_file():
        raise StoreError(f"there is no run “{name}”: nothing has run in this space, {folder.path}")
    reader = JournalReader(folder.journal)
    number = name.removeprefix("run-")
    newest = reader.runs(1)
    if number.isdecimal() and number.isascii() and len(number) <= 15:
        runs = reader.runs(1, int(number) + 1)
        if runs and runs[0].number == int(number):
            return runs[0].root
    known = f"the newest is {newest[0].id}" if newest else "nothing has run here"
    raise StoreError(f"there is no run “{name}” in this space: {known}")


def export(
    folder: SpaceFolder, roots: Sequence[str], target: Path, *, artifacts: bool, others: bool = False
) -> ExportedRuns:
    """Write families to a new file, as far as they have come; raises StoreError.

    With `others`, also the events, but not the output, of all runs that were open meanwhile.
    """
    reader = JournalReader(folder.journal)
    last = reader.last()  # families are read one by one: later events are left out
    own = [each for each in _events(reader, roots) if each.seq <= last]
    events = _with_others(reader, roots, own) if others else own
    queued = {each.run for each in own if isinstance(each, RunQueued)}
    ended = {each.run for each in own if isinstance(each, RunEnded)}
    manifest = Manifest(
        octotui_export=FORMAT,
        written_by=__version__,
        space=next(event.model.space.name for event in events if isinstance(event, ModelLoaded)),
        runs=tuple(roots),
        events=len(events),
        whole=queued == ended,
        artifacts=artifacts,
    )
    with new_file(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        bundle = _Bundle(archive)
        bundle.add_bytes(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
        bundle.add_bytes(EVENTS, b"".join(msgspec.json.encode(each) + b"\n" for each in events))
        for run in sorted(queued, key=run_number):
            bundle.add_folder(f"logs/{run}", folder.log(run, "job").parent)
        for event, each in _artifacts(own) if artifacts else ():
            name = f"{artifact_folder(event.run, event.job)}/{len(archive.namelist())}/{each.name}"
            bundle.add_file(name, folder.artifacts(event.run, event.job) / each.name)
    return ExportedRuns(manifest, tuple(events))


def _events(reader: JournalReader, roots: Iterable[str]) -> list[AnyEvent]:
    """Return the events of families, and the models in force meanwhile, unique and in order."""
    events = {event.seq: event for root in dict.fromkeys(roots) for event in reader.family(root)}
    return [events[seq] for seq in sorted(events)]


def _with_others(reader: JournalReader, roots: Sequence[str], own: Sequence[AnyEvent]) -> list[AnyEvent]:
    """Return the events of families and of all runs open meanwhile, up to the families' last one."""
    start = min(each.at for each in own if isinstance(each, RunQueued))
    more = (each.root for each in reader.meanwhile(start, own[-1].at))
    return [each for each in _events(reader, (*roots, *more)) if each.seq <= own[-1].seq]


def artifact_folder(run: str, job: str) -> str:
    """Return the folder of a job's artifacts in an export."""
    return f"artifacts/{run}/{job}"


def _artifacts(events: Iterable[AnyEvent]) -> list[tuple[AttemptFailed | JobEnded, Artifact]]:
    """Return the artifacts of jobs, each with the event that records it."""
    ends = (event for event in events if isinstance(event, AttemptFailed | JobEnded))
    return [(event, each) for event in ends for each in event.artifacts]


class _Bundle:
    """A reproducible zip: its bytes depend on the content alone."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._packed = 0

    def add_bytes(self, name: str, body: bytes) -> None:
        with self._open(name, len(body)) as entry:
            entry.write(body)

    def add_folder(self, name: str, folder: Path) -> None:
        for path in pieces(folder):
            self.add_file(f"{name}/{path.relative_to(folder).as_posix()}", path)

    def add_file(self, name: str, path: Path) -> None:
        with opened(path) as file:
            if file is not None:
                source, size = file
                with self._open(name, size) as entry:
                    copy(source, entry, size)

    def _open(self, name: str, size: int) -> IO[bytes]:
        info = zipfile.ZipInfo(name, _FIRST_DAY)
        info.external_attr = 0o600 << 16
        info.create_system = 3  # Unix
        fits = self._packed + size <= PACKED
        info.compress_type = zipfile.ZIP_DEFLATED if fits else zipfile.ZIP_STORED
        self._packed += size if fits else 0
        return self._archive.open(info, "w", force_zip64=True)
