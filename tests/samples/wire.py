"""One of everything that is written down or sent, with something in each of its fields.

The samples say what spaces hold; here is, type by type, what they could hold. Each line names what it is
read as, and is in every field another value than the default, so that a field under another name is missed.
"""

import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import inspect

from octotui.engine.events import AnyEvent
from octotui.engine.state import State
from octotui.engine.state.snapshot import VERSION, decode, encode
from octotui.engine.state.sorted_sequence import SortedSequence
from octotui.runtime.jobs.resume_record import ResumeRecord
from octotui.runtime.server.protocol import ToClient, ToServer
from octotui.store.transfer.exports import Manifest

READ_AS: dict[str, Any] = {
    "event": AnyEvent,
    "to-server": ToServer,
    "to-client": ToClient,
    "snapshot": State,
    "export": Manifest,
    "memo": ResumeRecord,
}
VARIANTS = 14  # twice the kinds of steps: each of them with both of two words

QUESTIONS = (
    b'{"type":"Hello","version":1,"follow":true}\n',
    b'{"type":"History","id":1,"words":["weigh"],"limit":2}\n',
    b'{"type":"Family","id":2,"root":"run-8"}\n',
    b'{"type":"ReadLog","id":3,"run":"run-10","job":"job-10.2","offset":7}\n',
    b'{"type":"Choose","id":4,"needed":["tools"],"channel":{"name":"Stable"}}\n',
    b'{"type":"Send","id":5,"request":{"type":"StartRun","process":"fail","skip":["Fail","Never"]}}\n',
    b'{"type":"Send","id":6,"request":{"type":"TakeInterruption","interruption":"question-99","user":""}}\n',
    b'{"type":"Stop","id":7}\n',
)
"""What a client says to a server, in bytes."""


class Kept(msgspec.Struct, frozen=True):
    """One line: what it is read as, and what was written."""

    read_as: str
    written: msgspec.Raw

    @property
    def outdated(self) -> bool:
        """Whether it is a snapshot of an earlier version, instead of which events are folded."""
        return self.read_as == "snapshot" and msgspec.json.decode(self.written)["version"] < VERSION


def write(folder: Path) -> None:
    """Keep one of everything."""
    _write(folder / "wire.jsonl.xz", READ_AS)


def write_snapshots(folder: Path) -> None:
    """Keep snapshots alone, after their version went up."""
    _write(folder / f"snapshot-{VERSION}.jsonl.xz", ["snapshot"])


def _write(target: Path, kinds: Iterable[str]) -> None:
    with lzma.open(target, "xb") as file:
        for read_as, written in dict.fromkeys(_all(kinds)):
            file.write(msgspec.json.encode(Kept(read_as, msgspec.Raw(written))) + b"\n")


def read(folder: Path) -> list[Kept]:
    """What was kept."""
    return [
        _versioned(msgspec.json.decode(line, type=Kept))
        for source in (folder / "wire.jsonl.xz", *sorted(folder.glob("snapshot-*.jsonl.xz")))
        for line in lzma.decompress(source.read_bytes()).splitlines()
    ]


def _versioned(kept: Kept) -> Kept:
    """The first samples do not say of which version their States are."""
    return _snapshot(bytes(kept.written), version=7) if kept.read_as == "state" else kept


def _snapshot(state: bytes, version: int = VERSION) -> Kept:
    body = msgspec.json.encode({"version": version, "state": msgspec.Raw(state)})
    return Kept("snapshot", msgspec.Raw(body))


def again(kept: Kept) -> bytes:
    """What was written, read and written again."""
    if kept.read_as == "snapshot":
        return encode(decode(bytes(kept.written)))
    return msgspec.json.encode(msgspec.json.decode(kept.written, type=READ_AS[kept.read_as]))


def _all(kinds: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for read_as in kinds:
        kind = READ_AS[read_as]
        found = inspect.type_info(kind)
        types = found.types if isinstance(found, inspect.UnionType) else (found,)
        for each in types:
            for variant in range(VARIANTS):
                body = msgspec.json.encode(Filling(variant).value(each))
                made = _snapshot(body) if read_as == "snapshot" else Kept(read_as, msgspec.Raw(body))
                yield read_as, again(made)


class Filling:
    """Makes values of types as JSON has them; a variant is which of several words, or types, is taken."""

    def __init__(self, variant: int) -> None:
        self._variant = variant
        self._inside: list[type] = []

    def value(self, kind: inspect.Type, name: str = "") -> Any:
        """A value of this type that is nobody's default."""
        match kind:
            case inspect.StructType():
                return self._struct(kind)
            case inspect.UnionType(types=types):
                return self.value(self._one([each for each in types if not self._passed_by(each)]), name)
            case inspect.LiteralType(values=values):
                return self._one(values)
            case inspect.CustomType(cls=custom):
                return [[7.5, "job-7.2"]] if custom is SortedSequence else self._series(name)
            case inspect.Metadata(type=bare):
                return self.value(bare, name)
        return self._collection(kind, name)

    def _collection(self, kind: inspect.Type, name: str) -> Any:
        match kind:
            case inspect.DictType(value_type=item):
                return {f"{name}-{self._variant}": self.value(item, name)}
            case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
                return [] if self._passed_by(item) else [self.value(item, name)]
            case inspect.TupleType(item_types=items):
                return [self.value(each, name) for each in items]
        return self._plain(kind, name)

    def _plain(self, kind: inspect.Type, name: str) -> Any:
        match kind:
            case inspect.StrType(pattern=pattern):
                return ("run-7" if "run" in pattern else "job-7.2") if pattern else f"a {name}"
            case inspect.IntType():
                return 7
            case inspect.FloatType():
                return 7.5
            case inspect.BoolType():
                return self._variant % 2 == 0
            case inspect.BytesType():
                return "b2N0bw=="
            case inspect.RawType() | inspect.AnyType():
                return {"anything": 7}
        raise TypeError(f"how is a {kind} written?")

    def _struct(self, kind: inspect.StructType) -> dict[str, Any]:
        self._inside.append(kind.cls)
        body = {} if kind.tag is None else {str(kind.tag_field): kind.tag}
        body |= {each.encode_name: self.value(each.type, each.name) for each in kind.fields}
        self._inside.pop()
        return body

    def _series(self, name: str) -> list[Any]:
        """A series of what the struct says that this is a field of."""
        (item,) = get_args(get_type_hints(self._inside[-1])[name])
        return [self.value(inspect.type_info(item), name)]

    def _one(self, several: Any) -> Any:
        return several[self._variant % len(several)]

    def _passed_by(self, kind: inspect.Type) -> bool:
        """What says nothing, and what would be within itself for ever."""
        within = isinstance(kind, inspect.StructType) and self._inside.count(kind.cls) > 1
        return within or isinstance(kind, inspect.NoneType)
