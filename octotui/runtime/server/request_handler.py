"""Authorizes and performs the requests of clients, and records refusals."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import assert_never

from octotui.engine import commands
from octotui.engine.decide.question_holders import AccountExists, with_accounts
from octotui.engine.events import AnyEvent
from octotui.engine.queries.query import Query, QueryError, Term, bounded
from octotui.engine.rules.authorization import missing_right, right_for, subject_of, with_actor
from octotui.engine.state.releases import has_declared_tag
from octotui.model.complaints import Reason
from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.protocol import (
    PART,
    ChooseRequest,
    ClientRequest,
    ClockRequest,
    DoneReply,
    FailedReply,
    FamilyRequest,
    HistoryRequest,
    LogRequest,
    RefusedReply,
    SendRequest,
    StopRequest,
)
from octotui.runtime.server.refusals import RefusalRecorder
from octotui.runtime.server.repeated_requests import RepeatedRequests
from octotui.runtime.session import Session
from octotui.store.accounts import account_exists
from octotui.store.clock_anchor import keep_anchor
from octotui.store.errors import StoreError
from octotui.store.journal.remembered_requests import RequestId
from octotui.store.space_folder import SpaceFolder

Answer = DoneReply | RefusedReply | FailedReply


class RequestHandler:
    """Answers requests to a session, for accounts that the kernel has identified."""

    def __init__(
        self,
        session: Session,
        folder: SpaceFolder,
        owner: str,
        stopped: asyncio.Event,
        accounts: AccountExists = account_exists,
    ) -> None:
        self.process = os.getpid()
        self._accounts = accounts
        self._session = session
        self._folder = folder
        self._owner = owner
        self._stopped = stopped
        self._searching: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._repeated = RepeatedRequests(session)
        self.refusals = RefusalRecorder(session.send)

    async def answer(
        self, peer: Peer, request: ClientRequest, is_gone: Callable[[], bool] = lambda: False
    ) -> Answer:
        """Return the reply to a request; never raises. `is_gone` returns whether its client waits no more."""
        try:
            return await self._do(peer, request, is_gone)
        except commands.Refused as refused:
            return RefusedReply(id=request.id, reason=str(refused))
        except (StoreError, OSError) as problem:
            return FailedReply(id=request.id, reason=str(problem))
        except Exception as bug:  # a client must neither wait for ever nor fill the server's log
            return FailedReply(id=request.id, reason=f"{type(bug).__name__}, which is a bug of octotui")

    async def _do(self, peer: Peer, client_request: ClientRequest, is_gone: Callable[[], bool]) -> Answer:
        session = self._session
        if isinstance(client_request, SendRequest):
            send = partial(self._send, peer, client_request)
            events = await self._repeated.once(peer.user, client_request, send)
            return DoneReply(id=client_request.id, events=events)
        await self._check(peer, client_request)
        match client_request:
            case ChooseRequest():
                return await self._choose(client_request)
            case FamilyRequest(root=root, others=others):
                events = await session.events_of(root, others=others)
                return DoneReply(id=client_request.id, events=events)
            case HistoryRequest():
                return await self._history(peer, client_request, is_gone)
            case LogRequest():
                return DoneReply(
                    id=client_request.id, data=await asyncio.to_thread(self._part, client_request)
                )
            case StopRequest():
                return self._stop(client_request)
            case ClockRequest():
                return await self._clock(peer, client_request)
            case _:
                assert_never(client_request)

    async def _send(
        self, peer: Peer, client_request: SendRequest, known: RequestId | None
    ) -> tuple[AnyEvent, ...]:
        """Apply a command as its account; record refusals of the right to answer (I2)."""
        await self._check(peer, client_request)
        request = client_request.request
        try:
            asked = with_actor(request, peer.user, peer.origin)
            return await self._session.send(
                with_accounts(asked, self._session.state, self._owner, self._accounts), known
            )
        except commands.Refused as refused:
            if right_for(request) == "answer":
                await self.refusals.add(peer, _tag(request), subject_of(request), str(refused))
            raise

    async def _choose(self, request: ChooseRequest) -> Answer:
        """Choose versions of packages; the channel's tag is a pattern, and must be one of the model."""
        if not has_declared_tag(self._session.state.model, request.channel):
            raise commands.Refused(f"no channel of this space has the tag “{request.channel.tag}”")
        versions, problems = await self._session.choose(request.needed, request.channel)
        return DoneReply(id=request.id, versions=versions, problems=problems)

    async def _history(self, peer: Peer, request: HistoryRequest, is_gone: Callable[[], bool]) -> Answer:
        """Return a page of ended runs, or their summary; searches of an account take turns."""
        query = request.query or Query(tuple(Term("word", (word.lower(),)) for word in request.words))
        try:
            query = bounded(query)
        except QueryError as problem:
            raise StoreError(str(problem)) from problem
        async with self._searching[peer.user]:
            if is_gone():
                return FailedReply(id=request.id, reason="its client has gone")
            if request.summary:
                return DoneReply(id=request.id, summary=await self._session.summary(query))
            records = await self._session.history(query, request.before, request.limit)
            return DoneReply(id=request.id, records=tuple(records))

    def _stop(self, request: StopRequest) -> Answer:
        """Stop this server after the reply; a request meant for a predecessor does nothing."""
        if request.process in (None, self.process):
            asyncio.get_running_loop().call_soon(self._stopped.set)
        return DoneReply(id=request.id)

    async def _clock(self, peer: Peer, request: ClockRequest) -> Answer:
        """Read the clock, return a sentence about a step, or accept the step (R7)."""
        self._session.clock()
        if request.confirmed:
            await self._repeated.once(peer.user, request, self._confirm_clock)
        trouble = self._session.clock.trouble
        return DoneReply(id=request.id, problems=(trouble,) if trouble else ())

    async def _confirm_clock(self, known: RequestId | None) -> tuple[AnyEvent, ...]:
        """Accept a step of the clock, also for the next server."""
        self._session.clock.confirm()
        self._session.look_again()
        keep_anchor(self._folder.path, *self._session.clock.moment())
        if known is not None:
            await self._session.remember(known)
        return ()

    async def _check(self, peer: Peer, request: ClientRequest) -> None:
        """Refuse an account without the right to a request, and record the attempt (I8)."""
        missing = self._missing(peer, request)
        if missing is not None:
            action, subject = self._asked_for(request)
            await self.refusals.add(peer, action, subject, missing)
            raise commands.Refused(missing)

    def _missing(self, peer: Peer, request: ClientRequest) -> Reason | None:
        """Return why an account may not make a request under the present model, or None."""
        for_owner = _for_owner(request)
        if for_owner:
            return None if peer.user == self._owner else f"only {self._owner}, who {for_owner}"
        match request:
            case SendRequest(request=wish):
                right = right_for(wish)
            case ChooseRequest():
                right = "start"
            case FamilyRequest() | HistoryRequest() | LogRequest():
                right = "read"
            case StopRequest() | ClockRequest():
                return None
            case _:
                assert_never(request)
        return missing_right(self._session.state.model, self._owner, peer.user, right)

    def _asked_for(self, request: ClientRequest) -> tuple[str, str]:
        """Return the action and subject of a request, as they are recorded."""
        match request:
            case SendRequest(request=wish):
                return _tag(wish), subject_of(wish)
            case ChooseRequest():
                return _tag(request), "packages"
            case FamilyRequest(root=run) | LogRequest(run=run):
                return _tag(request), run
            case HistoryRequest() | StopRequest() | ClockRequest():
                return _tag(request), self._session.state.model.space.slug
            case _:
                assert_never(request)

    def _part(self, request: LogRequest) -> bytes:
        """Return the next bytes of a job's output, none at its present end."""
        try:
            with self._folder.log(request.run, request.job).open("rb") as file:
                file.seek(request.offset)
                return file.read(PART)
        except FileNotFoundError:
            return b""


def _for_owner(request: ClientRequest) -> str:
    """Return the rest of the refusal's sentence where only the owner may make a request."""
    match request:
        case StopRequest():
            return "started the server, may stop it"
        case ClockRequest(confirmed=True):
            return "started the server, may confirm what its clock says"
        case SendRequest(request=commands.StartRun(passed=passed)) if passed:
            return "owns the space, may pass values with --pass-env"
        case SendRequest(request=commands.GivePassphrase()):
            return "owns the space, may give the passphrases of its keys"
        case SendRequest(request=commands.RecordCommand()):
            return "owns the space, may run commands on its machines"
        case SendRequest(request=commands.AdoptMachine() | commands.DestroyMachine()):
            return "owns the space, may adopt and destroy its machines"
        case _:
            return ""


def _tag(request: commands.Request | ClientRequest) -> str:
    """Return a request's name on the wire."""
    return str(request.__struct_config__.tag)
