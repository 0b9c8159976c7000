"""Columns are chosen, moved and sorted by."""

import threading

import pytest

from octotui.store.errors import StoreError
from octotui.store.user_config import ListSetting
from octotui.ui.app import OctotuiApp
from octotui.ui.dialogs.columns_dialog import ColumnsDialog
from octotui.views.lists.run_columns import USUAL
from tests import scenes
from tests.ui.fake import FakeSession
from tests.ui.opened import Opened, opened


class Chosen:
    """What is kept, of an app that is open."""

    def __init__(self, tmp_path, **lists):
        self.kept: list[tuple[str, ListSetting]] = []
        session = FakeSession(scenes.seed(), tmp_path)
        self.app = OctotuiApp(
            session, now=session.now, lists=lists, keep=lambda *each: self.kept.append(each)
        )
        self.session = session

    async def press(self, *keys: str) -> str:
        async with self.app.run_test(size=(120, 40)) as pilot:
            it = Opened(pilot, self.session)
            await it.until(lambda: "Runs" in it.text)
            return await it.press(*keys)


def heads(text: str) -> list[str]:
    return text.splitlines()[2].split("│")[0].split()


async def test_a_column_is_hidden_and_another_comes_first(tmp_path):
    it = Chosen(tmp_path)
    text = await it.press("C", "j", "space", "j", "K", "K", "enter")
    assert heads(text)[:3] == ["title", "state", "start"]
    ((name, setting),) = it.kept
    assert name == "runs"
    assert setting.columns[:3] == ("title", "sign", "state")
    assert "id" not in setting.columns


async def test_hiding_one_column_brings_in_no_empty_ones(tmp_path):
    before = heads(await Chosen(tmp_path).press("C"))
    it = Chosen(tmp_path)
    text = await it.press("C", "j", "space", "enter")
    assert heads(text) == [each for each in before if each != "run"]
    assert "project" in it.kept[0][1].columns


@pytest.mark.parametrize(
    ("key", "told"),
    [("", "Columns: runs, in all spaces, and in octotui runs"), ("Q", "Columns: questions, in all spaces")],
)
async def test_it_says_where_the_columns_are_shown(tmp_path, key, told):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press(*key, "C")
        await it.sees(told)


async def test_descriptions_are_not_cut_at_80_columns(tmp_path):
    for keys in (("C",), ("Q", "C"), ("tab", "C")):
        async with opened(scenes.asking(), tmp_path, (80, 40)) as it:
            assert "Columns:" in (text := await it.press(*keys))
            assert "…" not in text[text.index("Columns:") :]


async def test_sorting_goes_up_then_down_then_away(tmp_path):
    it = Chosen(tmp_path)
    text = await it.press("right", "C", "j", "s", "enter", "C", "j", "s", "enter")
    assert [setting.sort for _, setting in it.kept] == ["id", "-id"]
    assert "run↓" in text
    lines = [line.split()[1] for line in text.splitlines()[3:8]]
    assert [each for each in lines if each.startswith("run-")] == [
        "run-1",
        "run-5",
        "run-4",
        "run-3",
        "run-2",
    ]
    again = Chosen(tmp_path, runs=ListSetting((), "-id"))
    text = await again.press("C", "j", "s", "enter")
    assert again.kept == [("runs", ListSetting())]
    assert "↓" not in heads(text)


async def test_the_usual_columns_are_kept_as_none_and_esc_keeps_nothing(tmp_path):
    it = Chosen(tmp_path, runs=ListSetting(("id",), "-id"))
    assert heads(await it.press("C", "d", "enter"))[:3] == ["run", "title", "state"]
    assert it.kept == [("runs", ListSetting())]
    other = Chosen(tmp_path, runs=ListSetting(("id",)))
    assert heads(await other.press("C", "d", "q")) == ["run"]
    assert other.kept == []


async def test_what_cannot_be_done_is_said(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("C")
        assert isinstance(it.app.screen, ColumnsDialog)
        await it.press("K")
        await it.sees("it is the first")
        await it.press("G", "J")
        await it.sees("it is the last")
        for _ in USUAL[1:]:
            await it.press("g", "j", "space")
            await it.press("G")
        dialog = it.app.screen
        assert isinstance(dialog, ColumnsDialog)


async def test_the_last_column_stays(tmp_path):
    it = Chosen(tmp_path, runs=ListSetting(("id",)))
    text = await it.press("C", "space")
    assert "a list has at least one column" in text


@pytest.mark.parametrize("problem", [StoreError("the disk is full")])
async def test_what_could_not_be_kept_is_said_and_is_so_all_the_same(tmp_path, problem):
    session = FakeSession(scenes.seed(), tmp_path)

    def keep(name: str, setting: ListSetting) -> None:
        raise problem

    app = OctotuiApp(session, now=session.now, keep=keep)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        it = Opened(pilot, session)
        await it.until(lambda: "Runs" in it.text)
        await it.press("C", "space", "enter")
        await it.sees("not kept: the disk is full")


async def test_columns_are_kept_beside_the_event_loop(tmp_path):
    """Another process may hold the file of lists for a while."""
    session, keepers = FakeSession(scenes.seed(), tmp_path), []
    app = OctotuiApp(session, now=session.now, keep=lambda *_: keepers.append(threading.current_thread()))
    async with app.run_test(size=(120, 40)) as pilot:
        it = Opened(pilot, session)
        await it.until(lambda: "Runs" in it.text)
        await it.press("C", "space", "enter")
        await it.until(lambda: keepers)
    assert threading.main_thread() not in keepers
