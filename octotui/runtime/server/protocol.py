"""The protocol of a space's server and its clients: one JSON object a line, of the engine's own types.

A client sends `Hello`, and then requests, each with a number of its own. The server sends `Welcome`, a
`SnapshotMessage` with the State (or, to a client that has an earlier one, just the events since), and then an
`EventsMessage` for every commit, in order. `DoneReply`, `RefusedReply` and `FailedReply` answer requests,
after the events that they led to. A client that lost the connection before the reply sends the same request
with the same key again. Tags are the names on the wire.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from octotui.engine.commands import Request
from octotui.engine.events import AnyEvent
from octotui.engine.queries.query import Query
from octotui.model.space import Channel
from octotui.store.journal.run_records import RunRecord
from octotui.store.journal.search_summary import SearchSummary

Parting = Literal["stopped", "slow", "wrong", "forbidden"]

VERSION = 1
LONGEST = 1 << 20  # bytes of a line of a client with the right to start or answer
MEDIUM = 1 << 18  # bytes of a line of a client that may only read: a query, and its words again
SHORT = 1 << 14  # bytes of Hello
PART = 1 << 18  # bytes of a log in one reply

Number = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
"""A number in a request: at most what files and databases count with."""

Key = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z_-]{16,64}\Z")]
"""An idempotency key: random, made by the client for one request, and repeated when that is retried."""

RunId = Annotated[str, msgspec.Meta(pattern=r"^run-[0-9]{1,15}\Z")]


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The first message of a client; with `since`, only the events after that seq are sent.

    `model` is the file that the client was opened with. Without `follow` only replies are sent.
    """

    version: Number
    since: int | None = None
    follow: bool = True
    model: str | None = None


class SendRequest(msgspec.Struct, frozen=True, kw_only=True, tag="Send"):
    """Apply a command; requests of an account with the same `key` take effect once."""

    id: Number
    request: Request
    key: Key | None = None


class ChooseRequest(msgspec.Struct, frozen=True, kw_only=True, tag="Choose"):
    """Choose versions of packages, from the feeds as they are now."""

    id: Number
    needed: tuple[str, ...]
    channel: Channel


class FamilyRequest(msgspec.Struct, frozen=True, kw_only=True, tag="Family"):
    """Get all events of a run and its descendants; with `others`, also what other runs used meanwhile."""

    id: Number
    root: RunId
    others: bool = False


class HistoryRequest(msgspec.Struct, frozen=True, kw_only=True, tag="History"):
    """Get a page of ended runs that match a resolved query, newest first, numbered below `before`.

    `words` is the query of older clients, and all that older servers understand. With `summary`, get the
    counts and values of all matching runs instead.
    """

    id: Number
    words: tuple[str, ...] = ()
    query: Query | None = None
    summary: bool = False
    before: Number | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class LogRequest(msgspec.Struct, frozen=True, kw_only=True, tag="ReadLog"):
    """Get a part of a job's output, for a client that may not open the file."""

    id: Number
    run: RunId
    job: Annotated[str, msgspec.Meta(pattern=r"^job-[0-9.]{1,100}\Z")]
    offset: Number


class StopRequest(msgspec.Struct, frozen=True, kw_only=True, tag="Stop"):
    """Stop the server; running scripts go on.

    With `process`, the pid of a Welcome, only that server is meant, not its successor.
    """

    id: Number
    process: Number | None = None


class ClockRequest(msgspec.Struct, frozen=True, kw_only=True, tag="Clock"):
    """Get a step of the machine's clock, and accept it if `confirmed`."""

    id: Number
    confirmed: bool = False
    key: Key | None = None


ClientRequest = (
    SendRequest | ChooseRequest | FamilyRequest | HistoryRequest | LogRequest | StopRequest | ClockRequest
)
ToServer = Hello | ClientRequest


class Welcome(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The client's account, as the kernel says, and a sentence about the model's file, if something is wrong.

    A server that `remembers` keys can be sent the same request again.
    """

    version: int
    user: str
    process: int
    trouble: str = ""
    remembers: bool = False


class SnapshotMessage(msgspec.Struct, frozen=True, kw_only=True, tag="Snapshot"):
    """The State as `engine.snapshot` encodes it, and the newest runs."""

    state: msgspec.Raw
    recent: tuple[RunRecord, ...] = ()


class EventsMessage(msgspec.Struct, frozen=True, kw_only=True, tag="Happened"):
    """Committed events, in order."""

    events: tuple[AnyEvent, ...]


class TroubleMessage(msgspec.Struct, frozen=True, kw_only=True, tag="Trouble"):
    """A sentence about what is wrong with the model's file; empty once it is valid again."""

    text: str


class DoneReply(msgspec.Struct, frozen=True, kw_only=True, tag="Done"):
    """The request took effect, or the result of a query."""

    id: int
    events: tuple[AnyEvent, ...] = ()
    versions: dict[str, str] = {}
    problems: tuple[str, ...] = ()
    records: tuple[RunRecord, ...] = ()
    data: bytes = b""
    summary: SearchSummary | None = None


class RefusedReply(msgspec.Struct, frozen=True, kw_only=True, tag="Refused"):
    """The request is invalid, or a right is missing; nothing changed."""

    id: int
    reason: str


class FailedReply(msgspec.Struct, frozen=True, kw_only=True, tag="Failed"):
    """The space cannot be used: its disk, or a bug."""

    id: int
    reason: str


class Goodbye(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The server closes the connection: it stops, or the client is at fault or too slow."""

    kind: Parting
    reason: str


ToClient = (
    Welcome
    | SnapshotMessage
    | EventsMessage
    | TroubleMessage
    | DoneReply
    | RefusedReply
    | FailedReply
    | Goodbye
)


def line(message: ToServer | ToClient) -> bytes:
    """Encode a message as one line."""
    return msgspec.json.encode(message) + b"\n"


def path_text(path: Path | None) -> str | None:
    """Return a model's path for the wire; None where it is not UTF-8: the server has it from its start."""
    text = None if path is None else str(path.absolute())
    return text if text is None or text.encode(errors="ignore").decode() == text else None
