"""Saved views, key by key: choose one, save one, with a file that may be anything."""

import threading

import pytest

from octotui.store.saved_views import SHIPPED, save_view, saved_views, views_file
from octotui.ui.panels.query_line import QueryLine
from tests import scenes
from tests.ui.opened import opened


@pytest.fixture(autouse=True)
def config(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


async def test_a_view_is_chosen_by_a_part_of_its_name(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("S")
        await it.sees("last night's failures", "waits for people")
        await it.press(*"people", "enter")
        await it.sees("is:asking", "1 of ")
        assert it.app.screen.query_one(QueryLine).text == SHIPPED["waits for people"]
        await it.press("escape")
        assert it.app.screen.query_one(QueryLine).text == ""


async def test_the_present_filter_is_saved_under_a_name(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("slash", *"is:asking", "enter", "S", *"mine", "ctrl+s")
        await it.until(lambda: saved_views().views.get("mine") == "is:asking")
        await it.sees("“mine” is saved in")
        await it.press("S")
        await it.sees("mine", "last night's failures")


async def test_keys_that_make_no_sense_say_why(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("S", "ctrl+s")
        await it.sees("there is no filter to save: type one first")
        await it.press(*"zzz", "enter")
        await it.sees("no view has this name")
        await it.press("escape", "slash", *"aws", "enter", "S", "ctrl+s")
        await it.sees("type a name for the filter first")


async def test_r4_a_broken_file_is_one_sentence_and_the_rest_works(tmp_path):
    views_file().parent.mkdir(parents=True)
    views_file().write_text("[views\n")
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("slash", *"aws", "enter", "S")
        await it.sees("This is not TOML", "last night's failures")
        await it.press(*"mine", "ctrl+s")
        await it.sees("mend the file of views first")
        assert views_file().read_text() == "[views\n"


async def test_a_view_that_is_no_query_is_shown_with_what_is_wrong(tmp_path):
    save_view("bad", "staet:failed")
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("S", *"bad", "enter")
        await it.sees("staet:failed", "there is no key “staet”")


async def test_the_palette_offers_them(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("colon", *"saved views")
        await it.sees("Saved views", "Choose a filter by name, or save one")


async def test_a_view_is_saved_beside_the_event_loop(tmp_path, monkeypatch):
    """Another process may hold the file of views for a while."""
    keepers = []
    monkeypatch.setattr(
        "octotui.store.saved_views.save_view", lambda *_: keepers.append(threading.current_thread())
    )
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("slash", *"is:asking", "enter", "S", *"mine", "ctrl+s")
        await it.until(lambda: keepers)
    assert threading.main_thread() not in keepers
