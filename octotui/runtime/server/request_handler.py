"""What clients of a space ask for, done in their name if they may, and what they are refused."""

import asyncio
import os
from typing import assert_never

from octotui.engine import commands
from octotui.engine.events import AnyEvent
from octotui.engine.rules.authorization import Right, missing_right, right_for, subject_of, with_actor
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
from octotui.runtime.session import Session
from octotui.store.errors import StoreError
from octotui.store.space_folder import SpaceFolder

Answer = DoneReply | RefusedReply | FailedReply


class RequestHandler:
    """Answers for a session, to people who are who the kernel says."""

    def __init__(self, session: Session, folder: SpaceFolder, owner: str, stopped: asyncio.Event) -> None:
        self.process = os.getpid()
        self._session = session
        self._folder = folder
        self._owner = owner
        self._stopped = stopped

    async def answer(self, peer: Peer, request: ClientRequest) -> Answer:
        """The answer to what somebody asks; never raises."""
        try:
            return await self._do(peer, request)
        except commands.Refused as refused:
            return RefusedReply(id=request.id, reason=str(refused))
        except (StoreError, OSError) as problem:
            return FailedReply(id=request.id, reason=str(problem))

    async def _do(self, peer: Peer, client_request: ClientRequest) -> Answer:
        session = self._session
        match client_request:
            case SendRequest(request=request):
                await self._check(peer, right_for(request), request)
                self._check_passed(peer, request)
                return DoneReply(id=client_request.id, events=await self._send(peer, request))
            case ChooseRequest():
                await self._check(peer, "start", client_request)
                versions, problems = await session.choose(client_request.needed, client_request.channel)
                return DoneReply(id=client_request.id, versions=versions, problems=problems)
            case FamilyRequest(root=root):
                return DoneReply(id=client_request.id, events=await session.events_of(root))
            case HistoryRequest():
                records = await session.history(
                    client_request.words, client_request.before, client_request.limit
                )
                return DoneReply(id=client_request.id, records=tuple(records))
            case LogRequest():
                return DoneReply(
                    id=client_request.id, data=await asyncio.to_thread(self._part, client_request)
                )
            case StopRequest():
                return await self._stop(peer, client_request)
            case ClockRequest():
                return await self._clock(peer, client_request)
            case _:
                assert_never(client_request)

    async def _send(self, peer: Peer, request: commands.Request) -> tuple[AnyEvent, ...]:
        """Ask in somebody's name; what is refused to those who answer questions is kept (I2)."""
        try:
            return await self._session.send(with_actor(request, peer.user, peer.origin))
        except commands.Refused as refused:
            if right_for(request) == "answer":
                await self.record(peer, str(request.__struct_config__.tag), subject_of(request), str(refused))
            raise

    async def _check(self, peer: Peer, right: Right, request: commands.Request | ChooseRequest) -> None:
        """Refuse somebody who lacks a right, and keep that they tried."""
        missing = missing_right(self._session.state.model, self._owner, peer.user, right)
        if missing is not None:
            subject = "packages" if isinstance(request, ChooseRequest) else subject_of(request)
            await self.record(peer, str(request.__struct_config__.tag), subject, missing)
            raise commands.Refused(missing)

    def _check_passed(self, peer: Peer, request: commands.Request) -> None:
        """Refuse values of environment variables from others than the owner, whose secrets they stand for."""
        if isinstance(request, commands.StartRun) and request.passed and peer.user != self._owner:
            raise commands.Refused(f"only {self._owner}, who owns the space, may pass values with --pass-env")

    async def _clock(self, peer: Peer, request: ClockRequest) -> Answer:
        """Say what is the matter with the clock; only the owner lets a new time count (R7)."""
        if request.confirmed:
            await self._check_owner(peer, "Clock", "confirm what its clock says")
            self._session.clock.confirm()
            self._session.look_again()
        trouble = self._session.clock.trouble
        return DoneReply(id=request.id, problems=(trouble,) if trouble else ())

    async def _stop(self, peer: Peer, request: StopRequest) -> Answer:
        await self._check_owner(peer, "Stop", "stop it")
        asyncio.get_running_loop().call_soon(self._stopped.set)
        return DoneReply(id=request.id)

    async def _check_owner(self, peer: Peer, action: str, what: str) -> None:
        """Refuse to others what only the owner may do, and keep that they tried."""
        if peer.user != self._owner:
            reason = f"only {self._owner}, who started the server, may {what}"
            await self.record(peer, action, self._session.state.model.space.slug, reason)
            raise commands.Refused(reason)

    async def record(self, peer: Peer, action: str, subject: str, reason: str) -> None:
        """Keep that somebody was refused something."""
        await self._session.send(
            commands.RecordRefusal(
                user=peer.user, action=action, subject=subject, reason=reason, origin=peer.origin
            )
        )

    def _part(self, request: LogRequest) -> bytes:
        """The next bytes of a job's output, none where there are no more yet."""
        try:
            with self._folder.log(request.run, request.job).open("rb") as file:
                file.seek(request.offset)
                return file.read(PART)
        except FileNotFoundError:
            return b""
