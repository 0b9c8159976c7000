"""What a version says of a sample's space: as data, which no later version may change, and in words."""

import asyncio
import io
import lzma
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

from octotui.cli.main import cli
from octotui.cli.model_files import read_model
from octotui.engine.state import State
from octotui.engine.state.snapshot import encode
from octotui.runtime.open_space import open_space, state_on_disk
from octotui.runtime.replay import Replay
from octotui.runtime.server.lifetime import shared
from octotui.runtime.server.sockets import connected
from octotui.store.space_folder import space_folder
from octotui.store.transfer.imports import exported
from tests.samples.playing import PLACE, STATE

SLUG = "sample"
Answers = dict[str, Any]
PARTS = ("request", "queueing", "selection", "progress")  # of a run; no two have a field of one name
APART = 80  # events from one moment of a replay that is looked at to the next
BY_NOW = 30.0  # seconds from the last event to the moment at which all is asked


def answers_of(folder: Path) -> Answers:
    """What is known of the space of a folder's model."""
    found: Answers = {"state": plain(state_at(folder))}
    with moment(folder):
        for verb in ("runs", "waits", "pools", "audit"):
            found[verb] = _lines(folder, verb, "--json", *(("--limit", 1000) if verb == "runs" else ()))
        found["verified"] = _lines(folder, "audit", "--verify", "--json")
        found["releases"] = _lines(folder, "releases", "shop", "--json")
        found["summaries"] = {
            each["id"]: _lines(folder, "show", each["id"], "--json")
            for each in found["runs"]
            if each["parent"] is None
        }
    return found


def narrated(folder: Path) -> str:
    """The trees and explanations of all runs, and what else is said in words."""
    with moment(folder):
        runs = _lines(folder, "runs", "--json", "--limit", 1000)
        said = [ask(folder, verb) for verb in ("runs", "waits", "pools", "audit", "schedules", "events")]
        for run in runs:
            said += [ask(folder, verb, run["id"]) for verb in ("tree", "show")]
            said.append(ask(folder, "show", run["id"], "--variables"))
            said.append(ask(folder, "logs", run["id"]))
    return "\n".join(said)


def replayed(export: Path) -> Answers:
    """The States at moments of exported runs."""
    with exported(export) as content:
        replay = Replay(content, "ann")
        found = {"last": plain(replay.state)}
        for number in range(1, len(replay.timeline), APART):
            replay.go(number)
            found[f"event {number}"] = plain(replay.state)
    return found


def state_at(folder: Path) -> State:
    """The State as it was left."""
    return state_on_disk(space_folder(SLUG, folder / STATE))


def plain(state: State) -> Any:
    """A State as it is written down, but for the parts of its runs: the first version had all in one."""
    written = msgspec.json.decode(encode(state))["state"]
    for run in written["runs"].values():
        for part in PARTS:
            run.update(run.pop(part, {}))
    written["slots"] = len(written["slots"])  # the first version counted them
    return written


def ask(folder: Path, verb: str, *more: object) -> str:
    """Call a verb on the model of the space, and say what it printed, wherever that lies."""
    said = call(verb, folder / "model.toml", *more, "--state", folder / STATE)
    return said.replace(str(folder), "").replace(str(PLACE), "")


def call(*arguments: object) -> str:
    """Call the command line, and say what it printed; it must not fail."""
    printed = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with redirect_stdout(printed):
        cli([str(each) for each in arguments], prog_name="octotui", standalone_mode=False)
    printed.seek(0)
    return printed.read()


def _lines(folder: Path, verb: str, *more: object) -> list[Any]:
    return [msgspec.json.decode(line) for line in ask(folder, verb, *more).splitlines()]


@contextmanager
def moment(folder: Path) -> Iterator[None]:
    """Let it be soon after the last event, in UTC, for as long as somebody asks."""
    now = state_at(folder).at + BY_NOW
    try:
        with patch.object(time, "time", lambda: now), patch.dict(os.environ, TZ="UTC"):
            time.tzset()
            yield
    finally:
        time.tzset()


def write_answers(target: Path, answers: Answers) -> None:
    """Keep answers."""
    with lzma.open(target, "wb") as file:
        file.write(msgspec.json.encode(answers, order="sorted"))


def read_answers(source: Path) -> Answers:
    """The answers that were kept."""
    with lzma.open(source) as file:
        found: Answers = msgspec.json.decode(file.read())
        return found


async def dialogue(folder: Path, questions: Iterable[bytes]) -> list[bytes]:
    """Serve the space, send lines to its socket, and say those and the answers in turn."""
    model, state = read_model(folder / "model.toml"), folder / STATE
    now = state_at(folder).at + BY_NOW
    said: list[bytes] = []
    async with (
        open_space(model, state, "ann", lambda: now) as session,
        shared(session, model, state, None, read_model),
    ):
        reader, writer = await asyncio.open_unix_connection(sock=connected(state / SLUG), limit=1 << 26)
        for question in questions:
            writer.write(question)
            said += [question, await _answer(reader)]
        writer.close()
        await writer.wait_closed()
    return said


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """The next answer, passing by what is told to all."""
    while True:
        line = await asyncio.wait_for(reader.readline(), 20)
        if msgspec.json.decode(line)["type"] not in ("Snapshot", "Happened"):
            return line
