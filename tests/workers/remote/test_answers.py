"""M1: a machine may answer anything; the worst of it is that the machine counts as unreachable."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from octotui.workers.agent.frames import Header
from octotui.workers.machine import AttemptKey, FileError, Unreachable
from octotui.workers.remote import answers
from octotui.workers.remote.calls import RemoteCall
from octotui.workers.remote.channel import MachineChannel, RelayChannel
from octotui.workers.remote.machine import RemoteMachine
from octotui.workers.remote.package_store import RemotePackageStore
from octotui.workers.remote.unpacked_archives import UnpackedArchives
from octotui.workers.remote.worker_directory import WorkerDirectory
from tests.workers.local_transport import LocalTransport

FACTS = {"system": "Linux", "architecture": "x86_64", "clock": 1.0, "boot": "b", "python": "3.12"}


class StrangeChannel(RelayChannel):
    """A channel whose relay answers each call at once; only the directory is as it should be, if wanted."""

    def __init__(self, header: Header, body: bytes, *, is_reached: bool) -> None:
        self.lost = None
        self.latency = None
        self._calls: dict[int, RemoteCall] = {}
        self._count = 0
        self._header, self._body, self._is_reached = header, body, is_reached

    def send(self, header: Header, *payload: bytes) -> None:
        if "do" in header:
            answer: Header = {"call": header["call"], "done": True}
            if header["do"] == "directory" and self._is_reached:
                answer |= {"path": "/there", "helpers": "/there/helpers"}
            self._do(answer | self._header, self._body)


def strange(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    header: Header,
    body: bytes = b"",
    *,
    reached: bool = True,
) -> RemoteMachine:
    channel = MachineChannel(LocalTransport(tmp_path))

    async def opened(directory: str) -> RelayChannel:
        return StrangeChannel(header, body, is_reached=reached)

    monkeypatch.setattr(channel, "open", opened)
    return RemoteMachine(WorkerDirectory(channel, "worker"), UnpackedArchives(tmp_path / "fetched"))


CALLS: dict[str, Callable[[RemoteMachine], Awaitable[Any]]] = {
    "facts": lambda machine: machine.facts(),
    "boot": lambda machine: machine.boot(),
    "received": lambda machine: machine.files.received("a", "0" * 64),
    "digest": lambda machine: machine.files.digest("a"),
    "free": lambda machine: machine.files.free(),
    "inspect": lambda machine: machine.processes.inspect(AttemptKey("space", "job-1")),
    "orphans": lambda machine: machine.processes.remove_orphans("space", set()),
    "evict": lambda machine: machine.packages.evict(0, set),
}


@pytest.mark.parametrize("reached", [False, True])
@pytest.mark.parametrize("call", CALLS)
async def test_m1_an_answer_without_content_makes_a_machine_unreachable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, *, reached: bool
) -> None:
    machine = strange(tmp_path, monkeypatch, {}, reached=reached)
    with pytest.raises(Unreachable, match="cannot be understood: "):
        await CALLS[call](machine)


@pytest.mark.parametrize("clock", [float("inf"), float("-inf"), float("nan"), 1e300, "soon", None, [1]])
async def test_m1_a_clock_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: object
) -> None:
    machine = strange(tmp_path, monkeypatch, {**FACTS, "clock": clock}, b"{}")
    with pytest.raises(Unreachable, match="what it says of itself cannot be understood: "):
        await machine.facts()


@pytest.mark.parametrize("size", [-1, 1 << 63, float("inf"), float("nan"), "x", None, [], {}])
async def test_m1_a_size_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: object
) -> None:
    machine = strange(tmp_path, monkeypatch, {"size": size, "sha256": "0"})
    for call in ("received", "digest", "free", "evict"):
        with pytest.raises(Unreachable, match="cannot be understood: "):
            await CALLS[call](machine)


async def test_m1_what_a_machine_says_of_itself_is_short_and_can_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = {**FACTS, "system": "a\n\x1b[2J\ud800b" * 9000, "python": {"x": 1}}
    facts = await strange(tmp_path, monkeypatch, header, b"{}").facts()
    assert facts.system.isprintable()
    assert len(facts.system) == answers.LONGEST + 1
    assert msgspec.json.decode(msgspec.json.encode(facts), type=type(facts)) == facts


async def test_m1_a_list_of_files_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileError, match="is strange"):
        await strange(tmp_path, monkeypatch, {}, b"\xff").files.list("a")


async def test_m1_a_package_that_is_compared_strangely_makes_a_machine_unreachable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: RemotePackageStore = strange(tmp_path, monkeypatch, {}).packages
    with pytest.raises(Unreachable, match="cannot be understood: KeyError: 'size'"):
        await store.evict(0, set)


@pytest.mark.parametrize(
    "error",
    [
        *(KeyError("x"), IndexError(), TypeError(), OverflowError(), RecursionError()),
        *(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), msgspec.DecodeError()),
    ],
)
def test_m1_whatever_the_reading_raises_is_unreachable(error: Exception) -> None:
    with pytest.raises(Unreachable, match="what it says cannot be understood: "), answers.understood():
        raise error


def test_m1_what_a_machine_says_is_shown_in_one_short_line() -> None:
    assert answers.one_line(" no\n\troom\x1b[0m \ud800 ") == "no room [0m"
    assert answers.one_line("x" * 301) == "x" * 300 + "…"
