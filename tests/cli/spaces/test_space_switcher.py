"""Which spaces there are, and what it takes to open one."""

import asyncio
import errno
import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from octotui.cli import model_files
from octotui.cli.model_files import read_model
from octotui.cli.spaces import space_switcher
from octotui.cli.spaces.space_argument import SpaceName
from octotui.cli.spaces.space_switcher import SpaceSwitcher
from octotui.engine.commands import StartRun
from octotui.model.space import Model
from octotui.runtime import open_space as open_space_module
from octotui.runtime.open_space import open_space, space_folder
from octotui.runtime.server.peer_credentials import this_account
from octotui.store.errors import StoreError
from tests.cli.conftest import ASK, OK


async def asked(model: Path, state: Path) -> None:
    """Leave a space in which a run asks."""
    async with open_space(read_model(model), state, this_account(), time.time) as session:
        await session.send(StartRun(process="ask", requester=session.user))
        async for each in session.states():
            if len(each.asking):
                return


def test_spaces_are_listed_as_they_were_left_and_one_is_opened_by_its_model(write, state):
    write(OK)
    model = write(ASK)
    asyncio.run(asked(model, state))
    (state / "broken").mkdir(mode=0o700)
    (state / "broken" / "journal.sqlite").write_bytes(b"no journal")
    (state / "no space").mkdir()

    async def switch() -> None:
        async with SpaceSwitcher(state, "small") as switcher:
            listed = switcher.spaces()
            assert [(each.slug, each.name, each.active) for each in listed] == [
                ("broken", "broken", None),
                ("small", "small", None),
            ]
            broken, small = map(switcher.count, listed)
            assert (small.name, small.here, small.running, small.active, small.asking) == (
                "Small",
                True,
                False,
                1,
                1,
            )
            assert (broken.slug, broken.active, broken.path) == ("broken", None, str(state / "broken"))
            await switcher.attach(SpaceName("small", model, state))
            async with switcher.shown() as client:
                assert len(client.state.asking) == 1
                assert space_folder("small", state).model == model
                assert switcher.spaces()[1].running
                assert await switcher.open("small") == ""

    asyncio.run(switch())


def test_what_cannot_be_opened_is_one_sentence(write, state):
    model = write(ASK)
    asyncio.run(asked(model, state))
    folder = space_folder("small", state)

    async def problem() -> str:
        async with SpaceSwitcher(state) as switcher:
            return await switcher.open("small")

    def said() -> str:
        return asyncio.run(problem())

    assert said().startswith("small stays closed: it is not known which model it belongs to; `octotui FILE`")
    folder.keep_model(model)
    model.write_text(model.read_text().replace('"Small"', '"Other"'))
    assert "is the model of Other now" in said()
    model.write_text("[space]\nnam = 1\n")
    assert said().startswith("small stays closed: ")
    assert str(model) in said()
    assert "\n" not in said()
    model.unlink()
    assert f"its model {model} is gone" in said()
    folder.keep_model(state / ("n" * 300))  # longer than a file system allows
    assert said().startswith("small stays closed: ")
    assert "\n" not in said()


def test_what_the_system_refuses_is_one_sentence_too(write, state, monkeypatch):
    model = write(ASK)
    asyncio.run(asked(model, state))
    space_folder("small", state).keep_model(model)

    def refused(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", refused)

    async def problem() -> str:
        async with SpaceSwitcher(state) as switcher:
            return await switcher.open("small")

    assert asyncio.run(problem()) == (
        "small stays closed: Permission denied; `octotui FILE` opens it, where FILE is its model now"
    )


def test_the_model_of_a_space_is_read_beside_the_event_loop(write, state, monkeypatch):
    model = write(ASK)
    asyncio.run(asked(model, state))
    space_folder("small", state).keep_model(model)
    readers = []

    def read(file: Path) -> Model:
        readers.append(threading.current_thread())
        raise StoreError("that will do")

    monkeypatch.setattr(model_files, "read_model", read)

    async def open_small() -> str:
        async with SpaceSwitcher(state) as switcher:
            return await switcher.open("small")

    assert asyncio.run(open_small()) == "small stays closed: that will do"
    assert readers
    assert threading.main_thread() not in readers


def test_a_whole_journal_is_not_folded_to_count_what_is_open(write, state, monkeypatch):
    """Without a usable snapshot only a short journal is read, as that of a new space is."""
    asyncio.run(asked(write(ASK), state))
    with closing(sqlite3.connect(state / "small" / "journal.sqlite")) as database, database:
        database.execute("DELETE FROM snapshot")
        (events,) = database.execute("SELECT count(*) FROM events").fetchone()
    switcher = SpaceSwitcher(state)
    (row,) = switcher.spaces()
    monkeypatch.setattr(open_space_module, "EVENTS", events)
    assert switcher.count(row).active == 1
    monkeypatch.setattr(open_space_module, "EVENTS", events - 1)
    assert switcher.count(row) == row


def test_without_a_home_there_are_no_spaces_to_list(monkeypatch):
    monkeypatch.setattr(space_switcher, "default_base", homeless)
    assert SpaceSwitcher(None).spaces() == []


def homeless() -> Path:
    raise StoreError("set HOME")


def test_what_can_be_read_once_only_is_no_model_to_open_a_space_with(write, state):
    """A pipe nobody writes into, or a terminal, would be waited for."""
    model = write(ASK)
    asyncio.run(asked(model, state))
    folder = space_folder("small", state)
    os.mkfifo(state / "pipe")
    folder.keep_model(model)
    folder.keep_model(state / "pipe")
    assert folder.model == model
    (folder.path / "model.path").write_bytes(os.fsencode(state / "pipe"))
    assert "small stays closed: its model" in asyncio.run(SpaceSwitcher(state).open("small"))
    (folder.path / "model.path").unlink()
    os.mkfifo(folder.path / "model.path")
    assert folder.model is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives folders away")
def test_folders_of_strangers_hide_no_space(write, state, monkeypatch):
    monkeypatch.setattr(space_switcher, "MOST", 3)
    asyncio.run(asked(write(ASK), state))
    for number in range(5):
        folder = state / f"a{number}"
        folder.mkdir()
        (folder / "journal.sqlite").touch()
        os.chown(folder, 54321, -1)
    assert [each.slug for each in SpaceSwitcher(state).spaces()] == ["small"]
