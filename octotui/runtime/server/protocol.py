"""What a space's server and its clients say to each other: one JSON object a line, of the core's own types.

A client says `Hello` first, and then sends requests, each with a number of its own. The server says
`Welcome`, a `SnapshotMessage` with the State (or, to a client that knows an earlier moment, just the events
since), and then an `EventsMessage` for all that is committed, in order. `DoneReply`, `RefusedReply` and
`FailedReply` answer requests; the events of a reply have been sent before it. Who lost the connection, or the
server, before the reply sends the same request with the same key once more. Tags are the names on the wire.
"""

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
LONGEST = 1 << 20  # bytes of a line that a client may say who may start or answer
SHORT = 1 << 14  # bytes of one of any other client, and of Hello
PART = 1 << 18  # bytes of a log that go over at a time

Number = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
"""A number that a client says: no larger than what files and databases count with."""

Key = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z_-]{16,64}\Z")]
"""A random word that a client makes for one request (an idempotency key), and says again if it repeats it."""

RunId = Annotated[str, msgspec.Meta(pattern=r"^run-[0-9]{1,15}\Z")]


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Who connects begins so; with `since` only what came after that event is told.

    `model` is the file that the client was opened with. Without `follow` nothing is told but answers.
    """

    version: Number
    since: int | None = None
    follow: bool = True
    model: str | None = None


class SendRequest(msgspec.Struct, frozen=True, kw_only=True, tag="Send"):
    """Ask for something to be done; with the same `key` of an account once, however often it is asked."""

    id: Number
    request: Request
    key: Key | None = None


class ChooseRequest(msgspec.Struct, frozen=True, kw_only=True, tag="Choose"):
    """Ask for versions of packages, as feeds have them now."""

    id: Number
    needed: tuple[str, ...]
    channel: Channel


class FamilyRequest(msgspec.Struct, frozen=True, kw_only=True, tag="Family"):
    """Ask for all events of a run and what it started."""

    id: Number
    root: RunId


class HistoryRequest(msgspec.Struct, frozen=True, kw_only=True, tag="History"):
    """Ask for ended runs that fulfil a query, which is resolved, the newest of those before a number.

    `words` are what a client of before queries asks for, and what a server of that time understands.
    With `summary` ask how many there are instead, and for the values that all of them have.
    """

    id: Number
    words: tuple[str, ...] = ()
    query: Query | None = None
    summary: bool = False
    before: Number | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class LogRequest(msgspec.Struct, frozen=True, kw_only=True, tag="ReadLog"):
    """Ask for a part of a job's output, for somebody who may not open the file."""

    id: Number
    run: RunId
    job: Annotated[str, msgspec.Meta(pattern=r"^job-[0-9.]{1,100}\Z")]
    offset: Number


class StopRequest(msgspec.Struct, frozen=True, kw_only=True, tag="Stop"):
    """Ask the server to end; what runs on machines goes on.

    With the `process` of its Welcome no other is meant: one that came after it does not end, too.
    """

    id: Number
    process: Number | None = None


class ClockRequest(msgspec.Struct, frozen=True, kw_only=True, tag="Clock"):
    """Ask whether the machine's clock was set, and let the new time count where that is to be `confirmed`."""

    id: Number
    confirmed: bool = False
    key: Key | None = None


ClientRequest = (
    SendRequest | ChooseRequest | FamilyRequest | HistoryRequest | LogRequest | StopRequest | ClockRequest
)
ToServer = Hello | ClientRequest


class Welcome(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Who the client is, by the kernel's word, and what is the matter with the model's file, if anything.

    A server that `remembers` keys of requests may be asked for the same again.
    """

    version: int
    user: str
    process: int
    trouble: str = ""
    remembers: bool = False


class SnapshotMessage(msgspec.Struct, frozen=True, kw_only=True, tag="Snapshot"):
    """The State as `engine.snapshot` writes it, and the newest runs."""

    state: msgspec.Raw
    recent: tuple[RunRecord, ...] = ()


class EventsMessage(msgspec.Struct, frozen=True, kw_only=True, tag="Happened"):
    """What was committed, in order."""

    events: tuple[AnyEvent, ...]


class TroubleMessage(msgspec.Struct, frozen=True, kw_only=True, tag="Trouble"):
    """What is the matter with the model's file now; nothing, when it is well again."""

    text: str


class DoneReply(msgspec.Struct, frozen=True, kw_only=True, tag="Done"):
    """It took effect; or the answer to a question."""

    id: int
    events: tuple[AnyEvent, ...] = ()
    versions: dict[str, str] = {}
    problems: tuple[str, ...] = ()
    records: tuple[RunRecord, ...] = ()
    data: bytes = b""
    summary: SearchSummary | None = None


class RefusedReply(msgspec.Struct, frozen=True, kw_only=True, tag="Refused"):
    """It makes no sense, or a right is missing; nothing changed."""

    id: int
    reason: str


class FailedReply(msgspec.Struct, frozen=True, kw_only=True, tag="Failed"):
    """The space can't be used: its disk, or a bug."""

    id: int
    reason: str


class Goodbye(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The server lets go of the client: for good where it stops, for its fault, or since it was slow."""

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
    """A message as one line."""
    return msgspec.json.encode(message) + b"\n"
