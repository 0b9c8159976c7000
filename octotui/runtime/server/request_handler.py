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

    async def answer(self, peer: Peer, said: ClientRequest) -> Answer:
        """The answer to what somebody asks; never raises."""
        try:
            return await self._do(peer, said)
        except commands.Refused as refused:
            return RefusedReply(id=said.id, reason=str(refused))
        except (StoreError, OSError) as problem:
            return FailedReply(id=said.id, reason=str(problem))

    async def _do(self, peer: Peer, said: ClientRequest) -> Answer:
        session = self._session
        match said:
            case SendRequest(request=request):
                await self._check(peer, right_for(request), request)
                return DoneReply(id=said.id, events=await self._send(peer, request))
            case ChooseRequest():
                await self._check(peer, "start", said)
                versions, problems = await session.choose(said.needed, said.channel)
                return DoneReply(id=said.id, versions=versions, problems=problems)
            case FamilyRequest(root=root):
                return DoneReply(id=said.id, events=await session.events_of(root))
            case HistoryRequest():
                found = await session.history(said.words, said.before, said.limit)
                return DoneReply(id=said.id, records=tuple(found))
            case LogRequest():
                return DoneReply(id=said.id, data=await asyncio.to_thread(self._part, said))
            case StopRequest():
                return await self._stop(peer, said)
            case _:
                assert_never(said)

    async def _send(self, peer: Peer, request: commands.Request) -> tuple[AnyEvent, ...]:
        """Ask in somebody's name; what is refused to those who answer questions is kept (I2)."""
        try:
            return await self._session.send(with_actor(request, peer.user, peer.origin))
        except commands.Refused as refused:
            if right_for(request) == "answer":
                await self.record(peer, str(request.__struct_config__.tag), subject_of(request), str(refused))
            raise

    async def _check(self, peer: Peer, right: Right, said: commands.Request | ChooseRequest) -> None:
        """Refuse somebody who lacks a right, and keep that they tried."""
        missing = missing_right(self._session.state.model, self._owner, peer.user, right)
        if missing is not None:
            subject = "packages" if isinstance(said, ChooseRequest) else subject_of(said)
            await self.record(peer, str(said.__struct_config__.tag), subject, missing)
            raise commands.Refused(missing)

    async def _stop(self, peer: Peer, said: StopRequest) -> Answer:
        if peer.user != self._owner:
            reason = f"only {self._owner}, who started the server, may stop it"
            await self.record(peer, "Stop", self._session.state.model.space.slug, reason)
            return RefusedReply(id=said.id, reason=reason)
        asyncio.get_running_loop().call_soon(self._stopped.set)
        return DoneReply(id=said.id)

    async def record(self, peer: Peer, action: str, subject: str, reason: str) -> None:
        """Keep that somebody was refused something."""
        await self._session.send(
            commands.RecordRefusal(
                user=peer.user, action=action, subject=subject, reason=reason, origin=peer.origin
            )
        )

    def _part(self, said: LogRequest) -> bytes:
        """The next bytes of a job's output, none where there are no more yet."""
        try:
            with self._folder.log(said.run, said.job).open("rb") as file:
                file.seek(said.offset)
                return file.read(PART)
        except FileNotFoundError:
            return b""
