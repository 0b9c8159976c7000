"""A key is declared in one place: binding, key bar, help, palette and `docs/keys.md` come from there."""

import ast
import asyncio
from collections import defaultdict
from pathlib import Path
from typing import ClassVar

import pytest
from textual.actions import parse
from textual.app import App, ComposeResult
from textual.binding import BindingType

import octotui.ui
from octotui.ui.dialogs.bulk_dialog import BulkDialog
from octotui.ui.dialogs.columns_dialog import ColumnsDialog
from octotui.ui.dialogs.confirm import Confirm
from octotui.ui.dialogs.help_dialog import keys_of
from octotui.ui.dialogs.quit_dialog import QuitDialog
from octotui.ui.dialogs.spaces_dialog import SpacesDialog
from octotui.ui.key_actions import (
    KeyAction,
    action_on,
    actions_of,
    key_of,
    own_actions,
    rebound_actions,
    refusal,
    relabel,
    working_keys,
    written,
)
from octotui.ui.keys.key_table import declaring, table
from octotui.ui.palette import commands
from octotui.ui.screens.board import Board
from octotui.ui.screens.run_screen import RunScreen
from octotui.ui.settings.account_settings import AccountSettings
from octotui.ui.settings.keymap import Keymap
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from tests import scenes
from tests.ui.opened import opened

ROOT = Path(octotui.ui.__file__).parent
DECLARING = declaring()


class Marking(LineList):
    """A list with one key more: one line declares it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("m,asterisk", "mark", "mark", title="Mark a line", tooltip="For what is done to several")
    ]
    marks = 0

    def action_mark(self) -> None:
        self.marks += 1


class Alone(App[None]):
    def compose(self) -> ComposeResult:
        yield Marking(lambda key, width: [(key, "plain")])
        yield KeyBar()


async def test_adding_a_key_needs_one_line():
    app = Alone()
    async with app.run_test() as pilot:
        await pilot.press("m", "asterisk")
        lines = app.query_one(Marking)
        assert lines.marks == 2
        await pilot.pause()
        bar = app.query_one(KeyBar)
        assert " m mark " in bar.render_line(0).text
        assert ("m *", "mark: for what is done to several") in keys_of(working_keys(app.screen))
        offered = {each.title: each for each in commands(app.screen)}
        assert offered["Mark a line"].help == "For what is done to several"
        await offered["Mark a line"].callback()
        assert lines.marks == 3
        assert "| `m` `*` | mark: for what is done to several | Mark a line |" in table(own_actions(Marking))


def test_every_binding_of_the_app_is_declared_so():
    """Nothing but a `KeyAction` is bound, and nothing is bound elsewhere."""
    calls = [
        (path.name, ast.unparse(node.func))
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Binding", "self.bind", "app.bind")
    ]
    assert calls == []
    for kind in DECLARING:
        assert all(isinstance(each, KeyAction) for each in vars(kind)["BINDINGS"])


MENUS = (Confirm, QuitDialog, ColumnsDialog, BulkDialog)  # they list their keys beside what is chosen
ELSEWHERE = {
    "S": "wraps lines of output, where there are no saved views",
    "E": "goes to an error in the output, where there are no runs to go to the next failure of",
    "e": "goes to an error in the output, and excludes a target in a question",
    "z": "folds the output by step, where there are no families",
    "b": "gives a question back in its dialog, where no plan is opened",
    "d": "for what differs between two runs, where there are no times of lines to show",
    "h": "for the history of a run, where no question is open that can be handed over",
    "m": "to select lines in the output, where the palette shows the model's part",
    "n": "for notes in a question, where there is nothing to search",
}


def test_a_letter_means_one_thing_in_all_panes():
    """Or it closes what it has opened."""
    meanings: dict[str, set[str]] = defaultdict(set)
    for kind in DECLARING:
        for each in own_actions(kind):
            for key in each.key.split(","):
                if key.isalpha() and len(key) == 1 and kind not in MENUS and each.description != "back":
                    meanings[key].add(each.description)
    assert {key for key, what in meanings.items() if len(what) > 1} == {*ELSEWHERE}


def _descendants(kind: type) -> list[type]:
    """Return the classes that have a class as a base, directly or not."""
    return [each for child in kind.__subclasses__() for each in (child, *_descendants(child))]


@pytest.mark.parametrize("kind", DECLARING, ids=lambda kind: kind.__name__)
def test_every_declaration_is_whole(kind):
    """It has words, its action exists, and no key is declared twice in one place."""
    keys = [key for each in own_actions(kind) for key in each.key.split(",")]
    assert len(keys) == len(set(keys))
    assert isinstance(vars(kind).get("KEYS_TITLE"), str)
    for each in own_actions(kind):
        where, name, _ = parse(each.action)
        assert each.description == each.description.lower()
        assert each.tooltip or not each.title
        nodes = (App,) if where == "app" else (kind, *_descendants(kind))
        assert any(hasattr(node, f"action_{name}") for node in nodes)


def test_no_line_of_keys_is_written_by_hand():
    """Dialogs have a key bar, whose words are those of the declarations."""
    by_hand = [path.name for path in ROOT.rglob("*.py") if "   esc " in path.read_text("utf-8")]
    assert by_hand == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        *(("question_mark", "?"), ("slash", "/"), ("left_curly_bracket", "{"), ("plus", "+"), ("G", "G")),
        *(("escape", "esc"), ("pagedown", "pgdn"), ("ctrl+d", "ctrl+d"), ("up", "up"), ("enter", "enter")),
    ],
)
def test_keys_are_written_as_people_write_them_and_in_ascii(key, text):
    assert written(key) == text


def test_what_is_declared_again_for_the_same_keys_counts():
    class Choosing(LineList):
        BINDINGS: ClassVar[list[BindingType]] = [KeyAction("enter", "open", "choose")]

    assert [each.description for each in actions_of(Choosing) if each.key == "enter"] == ["choose"]
    found = action_on(Choosing, "enter")
    assert found is not None
    assert found.description == "choose"
    assert action_on(Choosing, "f5") is None
    assert (key_of(Choosing, "open"), key_of(Choosing, "nothing")) == ("enter", "")


async def test_an_action_is_called_otherwise_on_one_node_alone():
    app = Alone()
    async with app.run_test() as pilot:
        relabel(app.query_one(Marking), "mark", "tick")
        await pilot.pause()
        assert [bindings[0].description for _, bindings in working_keys(app.screen)][-1] == "tick"
    assert {each.description for each in Marking._merged_bindings.key_to_bindings["m"]} == {"mark"}


async def test_a_key_that_a_field_takes_as_a_character_is_not_offered(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        assert isinstance(it.app.screen, Board)
        await it.press("slash")
        shown = [bindings[0] for _, bindings in working_keys(it.app.screen)]
        assert [(each.key, each.description) for each in shown if each.show] == [
            ("escape", "no filter"),
            ("enter", "keep"),
            ("tab", "complete"),
            ("ctrl+q", "quit"),
        ]


OWN = Keymap(
    {
        "board.start": ("f5", "N"),
        "board.why": (),
        "board.palette": ("f9",),
        "list.down": ("z",),
        "runs.fold_all": ("j",),
        "run.previous_step": ("U",),
        "app.quit": ("f10",),
        "start.choose": ("ctrl+g",),
        "start.guided_failure": ("f2",),
    }
)


async def test_r12_an_account_s_keys_are_in_force_everywhere(tmp_path):
    """The key, the key bar, the help, the palette, sentences, and the field of a dialog."""
    async with opened(scenes.seed(), tmp_path, account=AccountSettings(OWN)) as it:
        await it.sees("f5 start", "f10 quit")
        assert "w why" not in it.text
        assert "why" not in {bindings[0].action for _, bindings in working_keys(it.app.screen)}
        lines = it.app.screen.query_one("#runs", LineList)
        assert len(lines.keys) == 1
        await it.press("j")
        assert len(lines.keys) > 1
        await it.press("z")
        assert lines.cursor == 1
        await it.press("s", "w", "q")
        assert isinstance(it.app.screen, Board)
        text = await it.press("question_mark")
        assert "f5 N" in text
        await it.press("escape", "N")
        await it.sees("Start which runbook?", "ctrl+g choose", "f2 guided failure")
        await it.press("enter")
        await it.sees("Start which runbook?")
        await it.press("ctrl+g")
        await it.sees("in which environment?")
        await it.press("ctrl+c")
        await it.sees("f10 leaves octotui")
        await it.press("escape", "escape", "ctrl+q")
        assert it.app.return_value is None
        await it.press("f10")
        await it.sees("4 runs are active")


def test_a_pair_of_keys_is_shown_as_it_is_now():
    shown = {each.id: each.key_display for each in rebound_actions(RunScreen, OWN) if each.key_display}
    assert shown["run.next_step"] == "J U"
    none = Keymap({"run.previous_step": (), "run.next_step": ("n",)})
    shown = {each.id: each.key_display for each in rebound_actions(RunScreen, none) if each.key_display}
    assert shown["run.next_step"] == "n"


async def test_sentences_name_the_key_in_force_or_the_name_in_the_palette(tmp_path):
    async with opened(scenes.idle(), tmp_path, account=AccountSettings(OWN)) as it:
        await it.sees("No runs yet: f5 starts one.")
    none = AccountSettings(Keymap({"board.start": ()}))
    async with opened(scenes.idle(), tmp_path, account=none) as it:
        await it.sees("No runs yet: “Start a run” starts one.")


async def test_a_dialog_that_is_going_refuses_without_its_widgets():
    """They are gone before it is, and it counts as mounted until the end."""
    app = Alone()
    async with app.run_test() as pilot:
        dialog = SpacesDialog([], lambda row: row)
        app.push_screen(dialog)
        await pilot.pause()
        assert refusal(dialog, "enter") == "no space is listed"
        dialog.dismiss(None)
        seen = set()
        for _ in range(60):
            is_whole = bool(dialog.query(LineList))
            seen.add(is_whole)
            assert not dialog.check_action("choose", ())
            assert refusal(dialog, "enter") == "" or is_whole
            working_keys(dialog)
            await asyncio.sleep(0)
        assert seen == {True, False}


async def test_an_app_that_ends_explains_no_key_any_more():
    """Its screens lose their widgets one by one."""
    app = Alone()
    async with app.run_test() as pilot:
        dialog = SpacesDialog([], lambda row: row)
        app.push_screen(dialog)
        await pilot.pause()
        app.exit()
        await dialog.query(LineList).remove()
        assert dialog.is_mounted
        assert refusal(dialog, "enter") == ""
        assert not dialog.check_action("choose", ())
