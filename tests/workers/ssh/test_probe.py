"""A look at a machine, whatever answers there."""

import asyncio

import pytest

from octotui.workers.machine import Unreachable
from octotui.workers.remote.transport import CommandEnd, RemoteCommand
from octotui.workers.ssh import probe
from octotui.workers.ssh.probe import look
from tests.sshd import MakeSshd, Sshd, needs_sshd
from tests.workers.ssh.ways import way_to


class Ended:
    """A command that has ended without a word."""

    async def read(self, most: int) -> bytes:
        return b""

    async def write(self, data: bytes) -> None:
        pass

    async def close_input(self) -> None:
        pass

    async def wait(self) -> CommandEnd:
        return CommandEnd(0)

    async def close(self) -> None:
        pass


class Answering:
    """A way to something that answers a command in its own manner."""

    def __init__(self, answer: str, code: int = 0) -> None:
        self._answer = answer
        self._code = code
        self.queue = 0.0  # seconds until it is connected

    async def run(self, command: str, body: bytes = b"", *, most: int = 1 << 20) -> CommandEnd:
        mark = command.partition("=%s")[2].split()[1] if "=%s" in command else ""
        return CommandEnd(self._code, self._answer.replace("MARK", mark).encode())

    async def open(self, command: str) -> RemoteCommand:
        await asyncio.sleep(self.queue)
        return Ended()

    def watch(self, *, closely: bool) -> None:
        pass

    async def close(self) -> None:
        pass


@needs_sshd
async def test_m1_what_a_machine_is(sshd: Sshd) -> None:
    async with way_to(sshd.endpoint) as way:
        glance = await look(way)
    assert (glance.system, glance.home) == ("Linux", str(sshd.home))
    assert abs(glance.clock) < 60
    assert glance.python.startswith("3.")


@needs_sshd
@pytest.mark.parametrize(
    ("forced", "said"),
    [
        ("sleep 1000", "it takes the connection and says nothing for 3 s"),
        ("yes", "it prints without end"),
        ("cat", "it does something else than octotui asks for"),
    ],
)
async def test_m1_what_is_forced_there_is_told(
    make_sshd: MakeSshd, monkeypatch: pytest.MonkeyPatch, forced: str, said: str
) -> None:
    monkeypatch.setattr(probe, "PATIENCE", 3.0 if "sleep" in forced else 60.0)
    monkeypatch.setattr("octotui.workers.remote.transport.DROPPED", 1 << 20)
    async with way_to(make_sshd(f"ForceCommand {forced}").endpoint) as way:
        with pytest.raises(Unreachable, match=said):
            await asyncio.wait_for(look(way), 100)


async def test_m1_whose_turn_to_connect_comes_late_is_not_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "PATIENCE", 0.2)
    late = Answering("=MARK\n=Linux\n=armv7\n=1000\n=\n=\n")
    late.queue = 0.4
    assert (await look(late)).system == "Linux"


async def test_m1_a_machine_without_home_and_python() -> None:
    glance = await look(Answering("Welcome\n=MARK\n=Linux\n=armv7\n=1000\n=\n=\n"))
    assert (glance.home, glance.python, glance.architecture) == ("", "", "armv7")
    assert glance.clock < -1e9


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ("", 127, "it has no sh"),
        ("hello", 0, "it does something else"),
        ("=MARK\n", 0, "it does something else"),
        ("=MARK\n=a\n=b\n=soon\n=c\n=d\n", 0, "it does something else"),
        ("=other\n=a\n=b\n=1\n=c\n=d\n", 0, "it does something else"),
    ],
)
async def test_m1_other_answers_are_told(answer: str, code: int, said: str) -> None:
    with pytest.raises(Unreachable, match=said):
        await look(Answering(answer, code))


@pytest.mark.parametrize(
    "clock", ["²", "1²", pytest.param("9" * 5000, id="long"), "9" * 14, "-1", "1.5", "nan", ""]
)
async def test_r6_a_clock_that_cannot_be_is_no_answer(clock: str) -> None:
    """Whatever a machine prints there, the look ends in a reason."""
    with pytest.raises(Unreachable):
        await look(Answering(f"MARK\n=Linux\n=x86_64\n={clock}\n=/root\n=3.12.1\n"))
