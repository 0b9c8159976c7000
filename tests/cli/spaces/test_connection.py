"""Getting at a space: its server, or this process for as long as it takes."""

import os
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from octotui.cli.model_files import read_model
from octotui.cli.spaces import connection
from octotui.cli.spaces.connection import NoServer, attach, looked_at, there
from octotui.engine.commands import StartRun
from octotui.engine.events import RunQueued
from octotui.runtime.offline_space import OfflineSpace
from octotui.runtime.open_space import state_on_disk
from octotui.runtime.server import client
from octotui.runtime.server.client import Client
from octotui.runtime.session import Session
from octotui.store.errors import StoreError
from octotui.store.space_folder import SpaceFolder, space_folder
from tests.cli.conftest import HEAD, OK, SLEEP, Call
from tests.cli.verbs.test_run import wait_for
from tests.servers import end_servers, holder
from tests.world import manual, model

pytestmark = pytest.mark.usefixtures("servers_end")
MODEL = model({"ask": [manual("May it?")]})


async def test_where_nobody_serves_it_this_process_does_and_others_may_attach(tmp_path: Path) -> None:
    async with there(MODEL, None, tmp_path) as session:
        assert isinstance(session, Session)
        async with attach("test", tmp_path, start=False) as client:
            await client.send(StartRun(process="ask"))
            assert session.state.seq == client.state.seq
        async with there(MODEL, None, tmp_path) as other:
            assert isinstance(other, Client)
    with pytest.raises(NoServer, match="no server runs for"):
        async with attach("test", tmp_path, start=False):
            pass
    assert holder(tmp_path / "test") == 0, "only people can help: no server is needed"


def test_s5_a_server_that_a_script_starts_is_no_part_of_its_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is shared: cancelling the job does not end it."""
    given: list[dict[str, str]] = []

    def refused(command: list[str], *, env: dict[str, str], **more: object) -> None:
        given.append(env)
        raise OSError("enough")

    monkeypatch.setenv("OCTOTUI_VALUES", "/srv/space-1/values")
    monkeypatch.setattr(connection.subprocess, "run", refused)
    with pytest.raises(StoreError, match="enough"):
        connection.start_server(None, space_folder("test", tmp_path))
    assert "PATH" in given[0]
    assert "OCTOTUI_VALUES" not in given[0]


@pytest.mark.parametrize("by", ["name", "folder"])
@pytest.mark.parametrize(
    "call",
    [
        ("rerun", "run-1"),
        ("proceed", "run-1"),
        ("cancel", "run-1"),
        ("top", "run-1"),
        ("wait", "run-1"),
        ("logs", "-f", "run-1"),
        ("events", "-f"),
    ],
)
def test_r6_a_server_is_not_started_without_its_model(
    octotui: Call, write: Call, state: Path, call: tuple[str, ...], by: str
) -> None:
    """Whoever says a space by its name or folder hears at once that nobody serves it, nor can."""
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    model.unlink()
    verb, *more = call
    space = "Small" if by == "name" else state / "small"
    said = octotui(verb, space, *more, "--state", state)
    assert (said.code, said.out) == (1, "")
    assert said.err == f"octotui: no server runs for {state}/small: octotui FILE --state {state} starts one\n"
    assert [each.name for each in state.iterdir()] == ["small"]


async def test_r4_a_session_that_leaves_hands_its_clients_over(tmp_path: Path) -> None:
    """What a client asks for meanwhile waits for the server that succeeds the session."""
    declared = tmp_path / "model.toml"
    declared.write_text(HEAD + OK)
    space = read_model(declared)
    async with AsyncExitStack() as leaving:
        await leaving.enter_async_context(there(space, declared, tmp_path / "state"))
        async with there(space, declared, tmp_path / "state") as client:
            await leaving.aclose()
            events = await client.send(StartRun(process="ok"))
            assert [event.run for event in events if isinstance(event, RunQueued)] == ["run-1"]


async def test_a_folder_that_is_held_by_who_does_not_serve_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 0.1)
    with SpaceFolder(tmp_path, "test"), pytest.raises(StoreError, match="is in use by another octotui"):
        async with there(MODEL, None, tmp_path):
            pass


async def test_it_is_looked_at_on_disk_by_who_may(tmp_path: Path) -> None:
    async with looked_at("test", tmp_path) as here:
        assert isinstance(here, OfflineSpace)


def test_what_can_still_go_on_is_handed_to_a_server(octotui: Call, write: Call, state: Path) -> None:
    """A run belongs to the space, and not to the call that started it."""
    model = write(OK + AGAIN)
    assert octotui("run", model, "again", "--detach", "--state", state).code == 0
    space = space_folder("small", state)
    wait_for(lambda: state_on_disk(space).deadlines)
    octotui("stop", model, "--state", state)
    assert not space.is_held
    assert octotui("run", model, "ok", "--state", state).code == 0
    assert space.is_held, "nobody would try again"


AGAIN = """
[[runbooks.again.steps]]
name = "Try"
pool = "setup"
retries = 1
backoff = "1h"
script = "exit 3"
"""


def test_r4_what_is_executing_in_a_space_that_no_session_has_open_is_told(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(SLEEP)
    assert octotui("run", model, "sleep", "--detach", "--state", state).code == 0
    wait_for(
        lambda: any(
            job.state == "running" for _, job in state_on_disk(space_folder("small", state)).jobs.items()
        )
    )
    assert octotui("runs", model, "--state", state).err == ""
    end_servers(state)
    wait_for(lambda: not space_folder("small", state).is_held)
    for call in (("runs", model), ("show", model, "run-1")):
        said = octotui(*call, "--state", state)
        assert (said.code, "executing" in said.out) == (0, True)
        assert said.err.startswith("octotui: no session has this space open; the last that is known of it ")
    assert octotui("run", model, "sleep", "--detach", "--state", state).out == "run-2\n", "it is opened"
    for run in ("run-1", "run-2"):
        assert octotui("cancel", model, run, "--state", state).code == 0


@pytest.mark.parametrize(
    "call", [("proceed", "run-1"), ("cancel", "run-1"), ("wait", "run-1"), ("stop",), ("run", "ok")]
)
def test_r6_a_server_that_does_not_answer_is_told_with_its_process(
    octotui: Call, write: Call, state: Path, call: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It accepts, as the kernel does for a server that was stopped, and no verb waits for ever."""
    monkeypatch.setattr(client, "HANDSHAKE", 0.2)
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    verb, *more = call
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(state / "small" / "socket"))
        silent.listen()
        said = octotui(verb, model, *more, "--state", state)
        looked = octotui("show", model, "run-1", "--state", state)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"octotui: the server of small does not answer (pid {os.getpid()}): where it was stopped,"
        f" kill -CONT {os.getpid()} lets it go on; kill -KILL {os.getpid()} ends it, and nothing is lost\n"
    )
    assert looked.code == 0, "it is on the disk"
