"""The server of a space: its session, shared over a Unix socket in the space's folder."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec

from octotui.engine.commands import LoadModel
from octotui.engine.events import AnyEvent
from octotui.engine.rules.authorization import Right, missing_right
from octotui.engine.state import State, in_force
from octotui.engine.state.snapshot import encode
from octotui.model.complaints import Reason
from octotui.runtime.server.acceptor import Acceptor
from octotui.runtime.server.admission import Admission, GroupMembers
from octotui.runtime.server.connection import HANDSHAKE, ClientConnection
from octotui.runtime.server.model_watcher import ModelWatcher
from octotui.runtime.server.peer_credentials import Peer, peer_of, this_account
from octotui.runtime.server.protocol import (
    LONGEST,
    MEDIUM,
    SHORT,
    VERSION,
    ClientRequest,
    EventsMessage,
    Goodbye,
    Hello,
    SnapshotMessage,
    ToServer,
    TroubleMessage,
    Welcome,
    line,
)
from octotui.runtime.server.request_handler import RequestHandler
from octotui.runtime.server.sockets import NAME, listening
from octotui.runtime.session import Session
from octotui.runtime.state_feed import BATCH
from octotui.store.errors import StoreError
from octotui.store.space_folder import SpaceFolder

FAR = 5000  # events beyond which a client gets a snapshot instead of the events that it lacks
STOPPED = "the server of this space was stopped"
POLL = 1.0  # seconds between two periodic checks

PeerOf = Callable[[socket.socket], Peer]


class Server:
    """Sends every commit to all clients, and performs their requests."""

    def __init__(
        self,
        session: Session,
        folder: SpaceFolder,
        file: ModelWatcher | None = None,
        *,
        owner: str | None = None,
        peer: PeerOf = peer_of,
    ) -> None:
        self.stopped = asyncio.Event()
        self.farewell = STOPPED  # "" where a successor takes over: clients then connect to that
        self.report: Callable[[str], None] = lambda trouble: None  # called when a problem begins or ends
        self.connections: set[ClientConnection] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._members = GroupMembers()
        self._session = session
        self._folder = folder
        self._file = file
        self._owner = owner or this_account()
        self._peer = peer
        self._admission = Admission(self._owner)
        self._handler = RequestHandler(session, folder, self._owner, self.stopped)
        self._asking: set[asyncio.Task[None]] = set()
        self._events: list[AnyEvent] = []
        self._flushing: asyncio.TimerHandle | None = None
        self._flushed = 0.0
        self._snapshot: tuple[State, bytes] | None = None
        self._group: str | None = None
        self._inode = 0
        self._decoder = msgspec.json.Decoder(ToServer)

    async def open(self) -> None:
        """Start to listen; raises StoreError."""
        self._listen()
        self._session.listen(self._queue_events)
        self._polling = asyncio.ensure_future(self._poll())

    async def close(self) -> None:
        """Say goodbye to all clients, and stop listening."""
        self._flush()
        self._polling.cancel()
        self._server.close()
        await asyncio.sleep(0)  # let connections that were just accepted be served
        for client in tuple(self.connections):
            client.drop("stopped", _sentence(self.failure) or self.farewell)
        tasks = (*self._asking, *self._serving)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(FileNotFoundError):
            if self._socket.stat().st_ino == self._inode:
                self._socket.unlink()
        with suppress(Exception):  # a failed session records nothing
            await self._handler.refusals.flush(at_once=True)
        self._flush()  # cancels the timer, which must not outlive the server

    @property
    def failure(self) -> BaseException | None:
        """The exception that ended its session, or None."""
        return self._session.failure

    async def failed(self) -> None:
        """Wait until a failure has ended its session."""
        await self._session.failed()

    @property
    def is_used(self) -> bool:
        """Whether a client is connected, a run is open, a machine is leased, or a schedule is enabled."""
        state = self._session.state
        scheduled = any(each.enabled for each in state.model.schedules.values())
        return self.has_clients or bool(len(state.families) or len(state.machine_leases)) or scheduled

    @property
    def has_clients(self) -> bool:
        """Whether a client is connected."""
        return any(client.greeted for client in self.connections)

    def check_file_soon(self) -> None:
        """Check the model's file at once."""
        self._begin(self.follow_file())

    def _begin(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """Start a background task."""
        task = asyncio.ensure_future(work)
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        return task

    @property
    def _socket(self) -> Path:
        return self._folder.path / NAME

    def _listen(self) -> None:
        self._group = self._session.state.model.access.group
        opened = listening(self._folder.path, self._group)
        self._inode = self._socket.stat().st_ino
        self._server = Acceptor(opened, self._admit)

    async def _poll(self) -> None:
        """Check periodically: the socket's file, the model's, members of the group, and stuck clients."""
        while True:
            await asyncio.sleep(POLL)
            self._keep_socket()
            await self.follow_file()
            await self._check_members()
            with suppress(StoreError):  # the session has failed, and reports it
                await self._handler.refusals.flush()
            now = asyncio.get_running_loop().time()
            for client in tuple(self.connections):
                if client.is_stuck(now):
                    client.drop("slow", "")

    def _keep_socket(self) -> None:
        """Recreate the socket where it was removed, or the access group has changed."""
        if not self._session.is_there():  # it would be in another space's folder
            return
        try:
            there = self._socket.stat().st_ino == self._inode
        except OSError:
            there = False
        if not there or self._group != self._session.state.model.access.group:
            self._server.close()
            with suppress(Exception):  # retried at the next poll
                self._listen()

    async def _check_members(self, *, anew: bool = False) -> None:
        """Drop clients that have left the access group, or, with `anew`, all that are not in it."""
        group = self._session.state.model.access.group
        users = {
            client.peer.user
            for client in self.connections
            if client.peer.uid and client.peer.user != self._owner
        }
        outside = await asyncio.to_thread(self._members.outside, users, group, anew=anew)
        for client in [each for each in self.connections if each.peer.user in outside]:
            client.drop("forbidden", outside[client.peer.user])

    async def follow_file(self, path: str | None = None) -> None:
        """Load the model if its file, or another `path`, changed; an invalid one is only reported."""
        if self._file is None:
            return
        model = await self._file.check(path)
        if model is not None and not in_force(self._session.state, model):
            await self._session.send(LoadModel(model))
        rescued = self._session.rescued
        told = (rescued.message if rescued else "", self._file.trouble, self._session.clock.trouble)
        trouble = "; ".join(filter(None, told))
        if self._session.trouble != trouble:
            self._session.trouble = trouble
            self.report(trouble)
            for client in [each for each in self.connections if each.greeted]:
                client.follow(line(TroubleMessage(text=self._session.trouble)))

    def _admit(self, connection: socket.socket) -> None:
        """Serve a connection within the limits of its account; may raise OSError.

        A client that comes through a folder moved to this path is told to reconnect.
        """
        if not self._session.is_there():
            connection.send(line(Goodbye(kind="stopped", reason=_sentence(self.failure))))
            connection.close()
            return
        peer = self._peer(connection)
        full = self._admission.enter(peer.user, may_read=self._missing(peer) is None)
        if full is not None:
            self._handler.refusals.count(peer, "Hello", self._session.state.model.space.slug, full)
            connection.send(line(Goodbye(kind="forbidden", reason=full)))
            connection.close()
            return
        task = asyncio.ensure_future(self._serve(connection, peer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        task.add_done_callback(lambda _: self._admission.leave(peer.user))

    async def _serve(self, connection: socket.socket, peer: Peer) -> None:
        """Serve one connection until it closes or is dropped."""
        with ExitStack() as unserved:
            unserved.callback(connection.close)
            reader, writer = await asyncio.open_unix_connection(sock=connection, limit=SHORT)
            unserved.pop_all()
        client = ClientConnection(peer, writer, self._missing)
        self.connections.add(client)
        try:
            async for raw in client.lines(reader, lambda: self._longest(client)):
                await self._take(client, raw)
                if client.gone:
                    break
        except (msgspec.MsgspecError, ValueError, RecursionError) as problem:
            client.drop("wrong", f"that is no message of a client: {str(problem)[:200]}")
        except TimeoutError:
            client.drop("wrong", f"you sent no whole message for {HANDSHAKE:.0f} seconds")
        except StoreError as problem:  # the session has failed, and reports it
            client.drop("wrong", str(problem))
        except ConnectionError:
            pass
        finally:
            self.connections.discard(client)
            client.drop("wrong", "")

    async def _take(self, client: ClientConnection, raw: bytes) -> None:
        message = self._decoder.decode(raw)
        if isinstance(message, Hello):
            await self._greet(client, message)
        elif client.greeted:
            await client.requests.acquire()
            task = self._begin(self._answer(client, message))
            task.add_done_callback(lambda _: client.requests.release())
        else:
            raise ValueError("a client must send Hello first")

    def _missing(self, peer: Peer) -> Reason | None:
        """Return why an account may not read under the present model, or None."""
        return missing_right(self._session.state.model, self._owner, peer.user, "read")

    def _longest(self, client: ClientConnection) -> int:
        """Return the longest line a client may send, in bytes, by its rights."""
        model, user = self._session.state.model, client.peer.user
        if not client.greeted:
            return SHORT
        rights: tuple[Right, ...] = ("start", "answer")
        may_act = any(missing_right(model, self._owner, user, right) is None for right in rights)
        return LONGEST if may_act else MEDIUM

    async def _greet(self, client: ClientConnection, hello: Hello) -> None:
        if hello.version != VERSION:
            speaks = f"the server speaks version {VERSION}, this octotui version {hello.version}"
            sentence = f"{speaks}: stop the server first"
            client.drop("wrong", sentence)
            return
        missing = await self._missing_to_connect(client.peer)
        if missing is not None:
            await self._handler.refusals.add(
                client.peer, "Hello", self._session.state.model.space.slug, missing
            )
            client.drop("forbidden", missing)
            return
        if hello.model is not None and client.peer.user == self._owner:
            await self.follow_file(hello.model)
        client.greeted = True
        client.tell(
            Welcome(
                version=VERSION,
                user=client.peer.user,
                process=self._handler.process,
                trouble=self._session.trouble,
                remembers=True,
            )
        )
        if hello.follow:
            await self._catch_up(client, hello.since)

    async def _missing_to_connect(self, peer: Peer) -> Reason | None:
        """Return why an account may not connect: a missing right, or a group that it left."""
        group = self._session.state.model.access.group
        missing = self._missing(peer)
        if missing is not None or group is None or peer.user == self._owner:
            return missing
        return (await asyncio.to_thread(self._members.outside, {peer.user}, group)).get(peer.user)

    async def _catch_up(self, client: ClientConnection, since: int | None) -> None:
        """Send a client the snapshot or the events it lacks, and from then on every commit."""
        self._flush()
        state = self._session.published
        client.hold()
        known = since if since is not None and 0 <= state.seq - since <= FAR else state.seq
        events = await self._session.events(known, state.seq)
        if since is None or len(events) != state.seq - since:
            client.release(self._present(state))
        else:
            client.release(line(EventsMessage(events=events)) if events else b"")

    def _present(self, state: State) -> bytes:
        """Return the snapshot as a line, cached for all that connect at the same State."""
        if self._snapshot is None or self._snapshot[0] is not state:
            recent = tuple(self._session.recent())
            self._snapshot = state, line(SnapshotMessage(state=msgspec.Raw(encode(state)), recent=recent))
        return self._snapshot[1]

    async def _answer(self, client: ClientConnection, asked: ClientRequest) -> None:
        """Reply to a request, after the events that it led to."""
        answer = await self._handler.answer(client.peer, asked, lambda: client.gone)
        self._flush()
        client.tell(answer)

    def _queue_events(self, events: tuple[AnyEvent, ...], before: State, after: State) -> None:
        """Queue committed events for all clients: at once, or batched.

        Under a new model, clients without the right to read are dropped first.
        """
        if after.model is not before.model:
            for client in [each for each in self.connections if each.greeted]:
                client.check_right()
            if after.model.access.group != before.model.access.group:
                self._begin(self._check_members(anew=True))
        self._events += events
        if self._flushing is None:
            loop = asyncio.get_running_loop()
            wait = max(0.0, self._flushed + BATCH - loop.time())
            self._flushing = loop.call_later(wait, self._flush)

    def _flush(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
            self._flushed = asyncio.get_running_loop().time()
        if self._events:
            events, self._events = tuple(self._events), []
            following = [client for client in self.connections if client.follows]
            if following:
                data = line(EventsMessage(events=events))
                for client in following:
                    client.follow(data)


def _sentence(failure: BaseException | None) -> str:
    """Return a sentence for clients about the failure of the session; empty without one."""
    if failure is None or isinstance(failure, StoreError):
        return str(failure or "")
    return f"the server of this space ended by {type(failure).__name__}, which is a bug of octotui"
