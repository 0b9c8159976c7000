"""The relay as a process: frames in, frames out."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from octotui.workers import agent_program
from octotui.workers.agent.frames import FrameReader, head
from octotui.workers.agent.relay.main import UNSENT, Relay
from tests.workers.agents import end_agents, living


class RunningRelay:
    """A relay, and the frames that it has said and nobody has taken."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "program"
        self.program.write_bytes(agent_program.archive())
        command = [sys.executable, "-I", "-S", str(self.program), "connect"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._reader = FrameReader()
        self._frames: list[tuple[dict[str, Any], bytes]] = []

    def say(self, header: dict[str, Any], payload: bytes = b"") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(head(header, len(payload)) + payload)
        self.process.stdin.flush()

    def hear(self) -> tuple[dict[str, Any], bytes]:
        assert self.process.stdout is not None
        while not self._frames:
            data = self.process.stdout.read1(1000)  # type: ignore[attr-defined]
            assert data, "it has ended"
            self._reader.space()[: len(data)] = data
            self._frames += self._reader.complete(len(data))
        return self._frames.pop(0)

    def until(self, word: str) -> tuple[dict[str, Any], bytes]:
        while word not in (heard := self.hear())[0]:
            pass
        return heard


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RunningRelay]:
    made = RunningRelay(tmp_path)
    yield made
    assert made.process.stdin is not None
    assert made.process.stdout is not None
    made.process.stdin.close()
    assert made.process.wait(10) == 0
    made.process.stdout.close()
    end_agents(tmp_path, 0.0)


def test_a_long_call_blocks_no_other(relay: RunningRelay, tmp_path: Path) -> None:
    relay.say({"call": 1, "do": "put", "in": str(tmp_path), "path": "f", "sha256": "0" * 64, "offset": 0})
    relay.say({"call": 2, "do": "free", "in": str(tmp_path)})
    assert relay.hear()[0]["call"] == 2
    relay.say({"ping": 7})
    assert relay.hear() == ({"pong": 7}, b"")
    relay.say({"call": 1, "stop": True})
    assert relay.hear()[0] == {"call": 1, "problem": "stopped", "why": "it was given up"}


def test_m2_the_newest_relay_has_the_agent(relay: RunningRelay, tmp_path: Path) -> None:
    """M2: also where an earlier one comes late, with wishes that are out of date."""
    opening = {"do": "agent", "folder": str(tmp_path / "agents" / "space"), "version": "v", "start": True}
    relay.say({"ping": 1})
    relay.until("pong")
    newer = RunningRelay(tmp_path)
    try:
        for each, number in ((newer, 1), (relay, 2)):
            each.say({"call": number, **opening})
        relay.until("call")
        newer.until("opened")
        newer.say({"to": 1}, head({"do": "look", "job": "x", "directory": ""}))
        while b'"status"' not in (heard := newer.hear())[1] and heard[1]:
            pass
        relay.say({"call": 3, **opening})
        late = relay.until("call")[0]
        assert (late["problem"], late["why"]) == ("stale", "a later session has its agent")
    finally:
        newer.process.kill()
        newer.process.wait()
        for stream in (newer.process.stdin, newer.process.stdout):
            assert stream is not None
            stream.close()


@pytest.mark.parametrize("most", [1, 9, 20, 1000])
def test_a_frame_that_is_taken_in_parts_arrives_whole(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    incoming, outgoing = os.pipe()
    write = os.write
    relay = Relay(incoming, outgoing, b"")
    monkeypatch.setattr(os, "writev", lambda file, parts: write(file, b"".join(parts)[:most]))
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:most]))
    reader = FrameReader()
    for payload in (b"payload " * 10, memoryview(b"payload"), b""):
        relay.say({"from": 7}, payload)
        count = os.readv(incoming, [reader.space()])
        assert reader.complete(count) == [({"from": 7}, bytes(payload))]


def test_strange_words_and_bytes_end_it(tmp_path: Path) -> None:
    for said in (head({"call": 1, "do": "dance"}), b"\xff" * 20):
        relay = RunningRelay(tmp_path)
        out, _ = relay.process.communicate(said, timeout=10)
        assert out == b""


def test_m1_an_agent_that_does_not_read_holds_up_nothing_else(relay: RunningRelay, tmp_path: Path) -> None:
    """M1: what it does not read waits for it, up to a bound."""
    opening = {"do": "agent", "folder": str(tmp_path / "agents" / "space"), "version": "v", "start": True}
    relay.say({"call": 1, **opening})
    relay.until("opened")
    while not (found := list(living(tmp_path))):
        time.sleep(0.01)
    (agent,) = found
    os.kill(agent, signal.SIGSTOP)
    try:
        chunk = head({"do": "look", "job": "x", "directory": ""}) * 10_000
        for _ in range(8):
            relay.say({"to": 1}, chunk)
        relay.say({"ping": 7})
        assert relay.until("pong")[0] == {"pong": 7}
        os.kill(agent, signal.SIGCONT)
        heard = 0
        while heard < 80_000:
            heard += relay.until("from")[1].count(b'"status"')
        os.kill(agent, signal.SIGSTOP)
        sent = 0
        while sent < 1.5 * UNSENT:
            relay.say({"to": 1}, chunk)
            sent += len(chunk)
        while relay.until("from")[1]:
            pass  # given up
        relay.say({"ping": 8})
        assert relay.until("pong")[0] == {"pong": 8}
    finally:
        os.kill(agent, signal.SIGCONT)
