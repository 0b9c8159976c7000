"""Anything at all, through `check` and through the socket: an answer in words, and nothing else happens.

500 cases as a part of the suite; for more: `OCTOTUI_CASES=20000 pytest tests/test_fuzz.py -n 0`.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from octotui.cli.model_files import read_model
from octotui.engine import commands
from octotui.model.complaints import ModelError
from octotui.model.toml.write import dump
from octotui.runtime.server import protocol
from tests.model.texts import write
from tests.model.toml.test_templates import GREET
from tests.model.toml.test_write import PACKAGES, models
from tests.runtime.served import Raw, Served, served
from tests.world import manual, model, script

CASES = int(os.environ.get("OCTOTUI_CASES", "500")) // 4
often = settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # what fails is small enough
)

HELLO = protocol.line(protocol.Hello(version=protocol.VERSION))
MESSAGES = [
    HELLO,
    protocol.line(protocol.Hello(version=1, since=1, follow=False)),
    protocol.line(protocol.SendRequest(id=1, request=commands.StartRun(process="go", environment="test"))),
    protocol.line(protocol.SendRequest(id=2, request=commands.CancelRun(run="run-1"))),
    protocol.line(
        protocol.SendRequest(id=3, request=commands.TakeInterruption(interruption="question-1", user="x"))
    ),
    protocol.line(protocol.FamilyRequest(id=4, root="run-1")),
    protocol.line(protocol.LogRequest(id=5, run="run-1", job="job-1.1", offset=0)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages and the script that generated models name."""
    folder = tmp_path_factory.mktemp("models")
    write(folder, "echo read\n", "script.sh")
    write(folder, GREET, "templates/greet.toml")
    for package in PACKAGES:
        write(folder, "", f"packages/{package}.1.0.0.zip")
    return folder


def checked(file: Path) -> list[str]:
    """What is wrong with a file, in words."""
    try:
        read_model(file)
    except ModelError as error:
        return [str(each) for each in error.complaints] or ["nothing was said"]
    return []


def changed(draw: st.DrawFn, text: bytes) -> bytes:
    """A text, a little changed: bytes left out, doubled, replaced, or put in."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(text) - 1)))
        length = draw(st.integers(0, 40))
        new = draw(st.sampled_from([b"", text[at : at + length] * 2, b'"', b"[", b"]", b"=", b"\n", b"\xff"]))
        text = text[:at] + new + text[at + length :]
    return text


@often
@given(text=st.binary(max_size=400))
def test_any_bytes_are_checked(folder: Path, text: bytes) -> None:
    file = folder / "bytes.toml"
    file.write_bytes(text)
    assert checked(file), "no space is declared"


@often
@given(data=st.data())
def test_valid_models_are_fine_and_almost_valid_ones_are_told(folder: Path, data: st.DataObject) -> None:
    text = dump(data.draw(models(folder)))
    file = write(folder, text)
    assert not [each for each in checked(file) if "#{" not in each]
    file.write_bytes(changed(data.draw, text.encode()))
    for complaint in checked(file):
        assert complaint.startswith(str(folder)), complaint


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server, and a way to say anything to it; it has to be well afterwards."""
    declared = model({"go": [script("A")], "ask": [manual("May it?")]})
    with asyncio.Runner() as runner:
        space = served(declared, tmp_path_factory.mktemp("space"))
        here = runner.run(space.__aenter__())
        yield lambda said: runner.run(_talk(here, said))
        runner.run(space.__aexit__(None, None, None))


async def _talk(here: Served, said: bytes) -> list[Any]:
    """Say something, hear what comes, and see that the next one is served as ever."""
    raw = await here.raw()
    raw.say(said)
    raw.writer.write_eof()
    heard = []
    while (message := await raw.hear()) is not None:
        heard.append(message)
    raw.writer.transport.abort()
    here.raws.remove(raw)
    after: Raw = await here.raw()
    after.say(msgspec.json.encode(protocol.Hello(version=1, follow=False)) + b"\n")
    assert isinstance(await after.hear(), protocol.Welcome)
    after.writer.transport.abort()
    here.raws.remove(after)
    return heard


Talk = Callable[[bytes], Coroutine[Any, Any, list[Any]]]


@often
@given(said=st.binary(max_size=300), greets=st.booleans())
def test_any_bytes_are_answered(talk: Any, said: bytes, greets: bool) -> None:
    heard = talk((HELLO if greets else b"") + said)
    assert all(isinstance(each, protocol.ToClient) for each in heard)


@often
@given(data=st.data())
def test_almost_valid_messages_are_answered(talk: Any, data: st.DataObject) -> None:
    some = b"".join(data.draw(st.lists(st.sampled_from(MESSAGES), min_size=1, max_size=4)))
    heard = talk(HELLO + changed(data.draw, some))
    assert isinstance(heard[0], protocol.Welcome)
