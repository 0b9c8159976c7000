"""Serialization of a State, so that a space opens without folding its whole history (R5)."""

from functools import cache
from typing import Any, get_args

import msgspec
from rpds import HashTrieMap

from octotui.engine.state.sequence import PersistentVector
from octotui.engine.state.sorted_sequence import SortedSequence
from octotui.engine.state.state import State

EMPTY_SEQUENCE = SortedSequence()
EMPTY_VECTOR: PersistentVector[Any] = PersistentVector()
VERSION = 14  # of the format: increment it with every change


class UnreadableSnapshot(Exception):
    """Raised for a snapshot of another version, or a broken one: fold the events from the start instead."""


class StateSnapshot(msgspec.Struct, frozen=True):
    """The envelope of a snapshot: the version says whether the rest can be read."""

    version: int
    state: msgspec.Raw


def encode(state: State) -> bytes:
    """Encode a State as JSON, deterministically: maps are sorted by key."""
    body = msgspec.json.encode(state, enc_hook=_plain)
    return msgspec.json.encode(StateSnapshot(VERSION, msgspec.Raw(body)))


def decode(body: bytes) -> State:
    """Decode a State. Raises UnreadableSnapshot."""
    try:
        snapshot = msgspec.json.decode(body, type=StateSnapshot)
        if snapshot.version != VERSION:
            raise UnreadableSnapshot(
                f"the snapshot has version {snapshot.version}, and this octotui reads {VERSION}"
            )
        state = msgspec.json.decode(snapshot.state, type=State, dec_hook=_sequence)
    except msgspec.DecodeError as error:
        raise UnreadableSnapshot(f"the snapshot is broken: {error}") from error
    fields = {name: getattr(state, name) for name in State.__struct_fields__}
    maps = {name: HashTrieMap(value) for name, value in fields.items() if isinstance(value, dict)}
    return msgspec.structs.replace(state, **maps)


def _plain(value: Any) -> Any:
    """Convert a map or sequence to plain JSON types."""
    return dict(sorted(value.items())) if isinstance(value, HashTrieMap) else tuple(value)


def _sequence(kind: Any, value: Any) -> Any:
    """Convert JSON to a SortedSequence or PersistentVector, the only custom types of a State."""
    if kind is SortedSequence:
        return SortedSequence(tuple(map(tuple, value))) if value else EMPTY_SEQUENCE
    if not value:
        return EMPTY_VECTOR
    item = get_args(kind)[0]
    return PersistentVector(
        value if item is str else msgspec.convert(value, _list_of(item), dec_hook=_sequence)
    )


@cache
def _list_of(item: Any) -> Any:
    return list[item]
