"""Imports of exported runs, which are validated before use."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import msgspec

from octotui.engine.events import AnyEvent
from octotui.store.archives.entries import ArchiveError
from octotui.store.archives.unpack import unpack
from octotui.store.cancellation import Cancellation
from octotui.store.errors import StoreError, unusable
from octotui.store.temporary_folder import temporary_folder
from octotui.store.transfer.exports import EVENTS, FORMAT, LATEST, MANIFEST, Manifest

AGAIN = "export the run again"
LARGEST = 2**53  # most of an integer; sizes of files are smaller
ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"  # of a run or a job, which name folders and files
KNOWN = {each.__name__ for each in get_args(AnyEvent)}


class ImportedRuns(msgspec.Struct, frozen=True):
    """An export that is unpacked in a private folder: its manifest and its events."""

    folder: Path
    manifest: Manifest
    events: tuple[AnyEvent, ...]


class _Kind(msgspec.Struct):
    """The field that manifests of every format have."""

    octotui_export: int


class _Tagged(msgspec.Struct):
    """The field that events of every version have."""

    type: str


@contextmanager
def exported(path: Path) -> Iterator[ImportedRuns]:
    """Unpack an export for the duration of the block; raises StoreError for an invalid one."""
    with temporary_folder("octotui-replay-") as name:
        content = Path(name) / "content"
        try:
            _refuse_others(path)
            unpack(path, content, Cancellation(), form="zip")
        except ArchiveError as error:
            raise StoreError(f"{path} {error}; {AGAIN}") from error
        except OSError as problem:
            raise unusable(path, problem) from problem
        manifest = _manifest(path, content)
        yield ImportedRuns(content, manifest, _events(path, content, manifest.events))


def _refuse_others(path: Path) -> None:
    """Refuse a file that is no zip before anything is unpacked."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise StoreError(f"{path} is no file")
    with path.open("rb") as file:
        begins = file.read(4)
    if begins != b"PK\x03\x04":
        raise StoreError(f"{path} is no export of octotui: `octotui export` makes them")
    if not zipfile.is_zipfile(path):
        raise StoreError(f"{path} is cut or damaged; {AGAIN}")


def _unread(line: bytes, number: int) -> str:
    """Return why an event cannot be read: damage, or a newer octotui."""
    try:
        kind = msgspec.json.decode(line, type=_Tagged).type
    except (msgspec.MsgspecError, ValueError, RecursionError):
        kind = ""
    if kind and kind not in KNOWN:
        return f"holds an event that this octotui does not know, {kind[:40]!r}: update"
    return f"is damaged: its event {number} can't be read; {AGAIN}"


def _manifest(path: Path, content: Path) -> Manifest:
    try:
        body = (content / MANIFEST).read_bytes()
        kind = msgspec.json.decode(body, type=_Kind)
        if kind.octotui_export > FORMAT:
            raise StoreError(
                f"{path} was exported by a newer octotui (format {kind.octotui_export}, "
                f"this one knows {FORMAT}): update"
            )
        return msgspec.json.decode(body, type=Manifest)
    except FileNotFoundError:
        raise StoreError(f"{path} is no export of octotui: it has no {MANIFEST}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} is no export of octotui: its {MANIFEST} says something else") from error


def _check(event: AnyEvent) -> None:
    """Refuse times and numbers that cannot be shown, and ids that would lead out of the folder (P4)."""
    if not 0 <= event.at < LATEST:
        raise ValueError("its time is impossible")
    for field in event.__struct_fields__:
        value = getattr(event, field)
        if isinstance(value, int | float) and abs(value) >= (LATEST if isinstance(value, float) else LARGEST):
            raise ValueError(f"its {field} is impossible")
    ids = (getattr(event, field, None) for field in ("run", "job"))
    if not all(re.fullmatch(ID, each) for each in ids if each is not None):
        raise ValueError("its run or job is impossible")


def _events(path: Path, content: Path, count: int) -> tuple[AnyEvent, ...]:
    """Read the events, as many as the manifest says."""
    events: list[AnyEvent] = []
    decode = msgspec.json.Decoder(AnyEvent).decode
    try:
        with (content / EVENTS).open("rb") as lines:
            for line in lines:
                event = decode(line)
                _check(event)
                events.append(event)
    except FileNotFoundError:
        raise StoreError(f"{path} is damaged: it holds no events; {AGAIN}") from None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise StoreError(f"{path} {_unread(line, len(events) + 1)}") from error
    if len(events) != count or not events:
        raise StoreError(f"{path} is damaged: it holds {len(events)} of {count} events; {AGAIN}")
    return tuple(events)
