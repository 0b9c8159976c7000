"""Loses connections and servers at chosen moments of a dialogue, and says what came of each request.

`python -m tests.runtime.resending FOLDER SEED COUNT` is a warm process that forks for clients and servers. A
moment is before, after or in the middle of what a server reads, decides, writes to the disk and says; there
the server is killed (-9), or all its connections are cut. It prints a line of JSON for each difference from
an undisturbed dialogue, and a last one with what it did.
"""

import asyncio
import json
import os
import select
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from random import Random
from typing import Any, Literal

from octotui.engine import commands, events
from octotui.engine.events import AnyEvent
from octotui.model.space import Model
from octotui.runtime import session
from octotui.runtime.open_space import open_space, state_on_disk
from octotui.runtime.server import client as clients
from octotui.runtime.server import connection, request_handler, server
from octotui.runtime.server.client import Client
from octotui.runtime.server.lifetime import ShutdownSignal, shared, until_stopped
from octotui.runtime.server.peer_credentials import this_account
from octotui.store.journal import writer
from octotui.store.journal.journal import JournalReader
from octotui.store.space_folder import space_folder
from tests.runtime.killing import Killer
from tests.world import manual, model, script

Loss = Literal["kill", "cut"]
ASKED_FOR = (
    events.RunQueued,
    events.RunEnded,
    events.RunMoved,
    events.RunCancelling,
    events.ReleaseCreated,
    events.InterruptionTaken,
    events.InterruptionReleased,
    events.InterruptionAnswered,
)
FAR = 4e9  # seconds since 1970


def scenario() -> Model:
    """One runbook that asks, and one that waits for its time."""
    return model({"ask": [manual("May it?")], "go": [script("A")]})


async def _talk(client: Client) -> list[Any]:
    """Ask for all that can be asked for, once each; what every reply said."""
    ask, later = commands.StartRun(process="ask"), commands.StartRun(process="go", not_before=FAR)
    about, user = {"interruption": "question-1", "user": ""}, client.user
    replies = [
        *await asyncio.gather(*(_said(client, each) for each in (ask, later, ask, later))),
        await _said(client, commands.MoveToTop(run="run-4")),
        await _said(client, commands.TakeInterruption(**about)),
        await _said(client, commands.ReleaseInterruption(**about)),
        await _said(client, commands.TakeInterruption(**about)),
        await _said(client, commands.AnswerInterruption(**about, answer="proceed", notes=f"of {user}")),
        *await asyncio.gather(*(_said(client, commands.CancelRun(run=f"run-{each}")) for each in (2, 3))),
        await _said(client, commands.CreateRelease(process="go")),
        await _said(client, commands.CreateRelease(process="go")),
    ]
    await _when_there(client, lambda: client.clock(confirm=True))
    return replies


async def _said(client: Client, request: commands.Request) -> list[str]:
    led_to = await _when_there(client, lambda: client.send(request))
    return [_line(each) for each in led_to]


async def _when_there(client: Client, ask: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """What a request led to; one that was not even sent, as the server was away, is made when it is back."""
    while True:
        try:
            return await ask()
        except commands.Refused as refused:
            if str(refused) != clients.AWAY:
                raise
            await asyncio.sleep(0.002)


def _line(event: AnyEvent) -> str:
    about = (getattr(event, each, "") for each in ("run", "interruption", "answer", "notes"))
    release = event.release.version if isinstance(event, events.ReleaseCreated) else ""
    return " ".join(filter(None, (type(event).__name__, *about, release)))


async def _be_client(base: Path, needed: int, told: int) -> None:
    """Hold the dialogue, with a server whenever none is there; tell what came of it."""
    clients.AGAIN = 0.005

    async def again() -> None:
        os.write(needed, b"s")

    await again()
    heard: list[int] = []
    client = Client(space_folder("test", base), time.time, again=again)
    while True:
        try:
            await client.open()
            break
        except OSError:
            await asyncio.sleep(0.005)
            await again()
    client.listen(lambda some, before, after: heard.extend(event.seq for event in some))
    first = client.state.seq
    replies = await _talk(client)
    missed = heard != list(range(first + 1, first + 1 + len(heard)))
    os.write(told, json.dumps({"replies": replies, "missed": missed}).encode())
    await client.close()


class Loser(Killer):
    """Kills the server when its moment has come, or cuts its connections."""

    def __init__(self, moment: int | None, loss: Loss) -> None:
        super().__init__(moment if loss == "kill" else None, "session", Path())
        self.connections: set[connection.ClientConnection] = set()
        self._cut_at = moment if loss == "cut" else None

    def here(self) -> None:
        """A moment at which it may die, or lose its clients."""
        super().here()
        if self.count == self._cut_at:
            for seat in tuple(self.connections):
                seat._transport.abort()

    def tear_lines(self) -> None:
        """Be lost before, after and in the middle of what is said to a client."""
        said = connection.ClientConnection.write

        def torn(seat: connection.ClientConnection, data: bytes) -> None:
            self.here()
            if self.count + 1 in (self._moment, self._cut_at):
                seat._transport.write(data[: len(data) // 2])
            self.here()
            said(seat, data)
            self.here()

        connection.ClientConnection.write = torn  # type: ignore[method-assign]


async def _be_server(base: Path, loser: Loser) -> None:
    ending = ShutdownSignal()
    async with (
        open_space(scenario(), base, this_account(), time.time) as opened,
        shared(opened, scenario(), base, None, lambda _: scenario()) as served,
    ):
        loser.connections = served.connections
        await until_stopped(served, ending)


def _arm(loser: Loser) -> None:
    for place, name in (
        (writer.Writer, "put"),
        (writer.Writer, "_commit"),
        (writer.Tables, "add"),
        (writer, "remember"),
        (session.Session, "_apply"),
        (session.Session, "_after_commit"),
        (server.Server, "_take"),
        (server.Server, "_flush"),
        (request_handler.RequestHandler, "answer"),
        (request_handler, "keep_anchor"),
    ):
        loser.wrap(place, name)
    loser.tear_lines()


def _fork(be: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        be()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def play(folder: Path, losses: Sequence[tuple[int | None, Loss]]) -> tuple[dict[str, Any], int, int]:
    """One dialogue, with servers of which each is lost as the next says; what came of it, losses, moments."""
    (needs, needed), (tells, told), (counts, counted) = os.pipe(), os.pipe(), os.pipe()
    left = [*losses, (None, "kill")]

    def serve(moment: int | None, loss: Loss) -> None:
        loser = Loser(moment, loss)
        _arm(loser)
        try:
            asyncio.run(_be_server(folder, loser))
        finally:
            os.write(counted, f"{loser.count} ".encode())

    def ask() -> None:
        os.close(needs)
        asyncio.run(asyncio.wait_for(_be_client(folder, needed, told), 60))

    client, pid, lost = _fork(ask), 0, 0
    os.close(needed)
    os.close(told)
    while os.read(needs, 1):
        if pid and (ended := os.waitpid(pid, os.WNOHANG)) != (0, 0):
            assert os.waitstatus_to_exitcode(ended[1]) == -signal.SIGKILL, f"a server broke down in {folder}"
            pid, lost = 0, lost + 1
        if not pid:
            moment, loss = left.pop(0) if len(left) > 1 else left[0]
            pid = _fork(lambda: serve(moment, loss))  # noqa: B023 - it is called at once
    code = os.waitstatus_to_exitcode(os.waitpid(client, 0)[1])
    result = json.loads(os.read(tells, 1 << 16) or b"{}")
    _end(pid)
    moments = int((os.read(counts, 100) if _ready(counts) else b"0").split()[-1])
    for each in (needs, tells, counts, counted):
        os.close(each)
    return {"client": code, **result, **_journaled(folder)}, lost, moments


def _ready(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], 0)[0])


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)


def _journaled(folder: Path) -> dict[str, Any]:
    """What the space knows in the end; without times and numbers."""
    space = space_folder("test", folder)
    lines = [_line(each) for each in JournalReader(space.journal).read() if isinstance(each, ASKED_FOR)]
    state = state_on_disk(space)
    return {
        "journaled": sorted(lines),
        "runs": sorted(run for run, _ in state.runs.items()),
    }


def main(base: Path, seed: int, count: int) -> None:
    """Play it so many times, with losses at moments that a seed chooses."""
    random = Random(seed)
    expected, _, moments = play(base / "untouched", [])
    lost = differences = 0
    for number in range(count):
        folder, loss = base / str(number), random.choice(("kill", "cut"))
        losses = [(random.randint(1, moments), loss) for _ in range(random.choice((1, 1, 2, 3)))]
        found, ended, _ = play(folder, losses)
        lost += ended
        if found != expected:
            differences += 1
            wrong = {
                key: (value, found.get(key)) for key, value in expected.items() if value != found.get(key)
            }
            print(json.dumps({"seed": seed, "folder": str(folder), "losses": losses, "wrong": wrong}))
        else:
            shutil.rmtree(folder)
    print(
        json.dumps(
            {
                "moments": moments,
                "plays": count,
                "killed": lost,
                "differences": differences,
                "expected": expected,
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
