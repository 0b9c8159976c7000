"""R12: what the app says names the keys in force: no sentence has one that an account may have changed."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from textual.actions import parse

from octotui.ui.key_actions import ExplainedActions, declared_actions, own_actions
from octotui.ui.keys.key_table import declaring
from octotui.ui.keys.known_actions import known_actions
from octotui.ui.settings.account_settings import AccountSettings
from octotui.ui.settings.keymap import Keymap
from tests import scenes
from tests.cli.conftest import ROOT
from tests.ui.opened import Opened, opened

WORDS = {"a", "A", "space", "up", "down", "left", "right", "end"}  # keys that are words of sentences, too
CODE = re.compile(r"[{<\\|]\s|\(\?|\{\}\w|=\s|<!|\n#")  # stylesheets, types and patterns
ALLOWED = {
    "octotui/ui/log/save_prompt.py": {"enter"},  # of an input field of Textual's, which nobody can change
    "octotui/views/pages/dashboard.py": {"+"},  # "and", not a key
}
FILES = [
    each.relative_to(ROOT)
    for room in ("ui", "views")
    for each in sorted((ROOT / "octotui" / room).rglob("*.py"))
    if each.parent.name != "keys"  # which are about the keys that files name
]


@cache
def usual_keys() -> frozenset[str]:
    """All keys of all actions in readable form, but for those that are words."""
    return frozenset(key for kind in declaring() for each in own_actions(kind) for key in each.keys) - WORDS


def named_keys(sentence: str) -> set[str]:
    """The keys that a sentence names; a mark of punctuation is one where it stands alone."""
    if CODE.search(sentence) or not re.search(r"[a-z]{2,}", sentence):
        return set()
    words = [each.strip("`“”()") for each in sentence.split()]
    words = [each.rstrip(";:,.") or each for each in words]
    start = 1 if words[:1] in ([","], [":"], ["."]) else 0  # the end of a sentence that begins elsewhere
    marks = {each for each in words[start:-1] if not each.isalnum()} - {"-", "=", "|", "…"}
    keys = {each for each in words if each.isalnum() or "+" in each}
    return {each for each in keys | marks if each in usual_keys() or each.lower() in usual_keys() - {"e"}}


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Texts of a file of several words with their lines, without docstrings and declared keys."""
    nodes = [*ast.walk(ast.parse(source))]
    skipped = {id(part) for each in nodes for part in not_said(each)}
    for each in nodes:
        text = text_of(each)
        if " " in text.strip() and id(each) not in skipped:
            yield each.lineno, text  # type: ignore[attr-defined]


def not_said(node: ast.AST) -> Iterator[ast.AST]:
    """What of a node is no text of its own: docstrings, declared keys, parts of an f-string."""
    match node:
        case ast.Expr():
            yield node.value
        case ast.Call(func=ast.Name("KeyAction")):
            yield from node.args[:1]
            yield from (more.value for more in node.keywords if more.arg == "key_display")
        case ast.JoinedStr():
            yield from (part for part in ast.walk(node) if part is not node)


def text_of(node: ast.AST) -> str:
    """A text, with a dot for each value that is filled in."""
    match node:
        case ast.Constant(str(text)):
            return text
        case ast.JoinedStr():
            return "".join(text_of(part) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


@pytest.mark.parametrize("file", FILES, ids=str)
def test_r12_no_sentence_names_a_key_of_its_own(file: Path) -> None:
    allowed = ALLOWED.get(file.as_posix(), set())
    found = {
        f"{file}:{line}: {text}": keys
        for line, text in sentences((ROOT / file).read_text())
        if (keys := named_keys(text) - allowed)
    }
    assert found == {}


@pytest.mark.parametrize(
    ("sentence", "keys"),
    [
        ("details are left out: M shows it again", {"M"}),
        ("as it is written; `M` merges all, and `z` folds it", {"M", "z"}),
        ("this is a replay already: , and . lead through it", {",", "."}),
        ("a failed step is retried: enter opens its question", {"enter"}),
        ("Enter opens one with its text", {"Enter"}),
        ("a name; ctrl+s saves the filter under it", {"ctrl+s"}),
        ("? helps, and / searches", {"?", "/"}),
        ("+ shows all panes again", {"+"}),
        ("a run at the end of its way, on a worker up there", set()),
    ],
)
def test_keys_in_sentences_are_found(sentence: str, keys: set[str]) -> None:
    assert named_keys(sentence) == keys


def all_rebound() -> Keymap:
    """Other keys for all actions, which no terminal has."""
    actions = [f"{place}.{name}" for place, own in known_actions().items() for name in own]
    return Keymap({action: (f"f{number}",) for number, action in enumerate(actions, 100)})


def said_now(it: Opened) -> Iterator[str]:
    """Help and refusals of all that is on the top screen."""
    screen = it.app.screen
    for node in (it.app, screen, *screen.walk_children()):
        yield str(vars(type(node)).get("HELP", ""))
        if isinstance(node, ExplainedActions):
            for each in declared_actions(type(node)):
                yield node.why_not(*parse(each.action)[1:])
    for toast in it.app._notifications:
        yield toast.message


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["narrow", "wide"])
async def test_r12_with_all_keys_changed_help_and_refusals_name_none_of_the_usual(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    keymap, found, seen = all_rebound(), set[str](), set[str]()
    account = AccountSettings(keymap=keymap)
    for scene in (scenes.idle(), scenes.seed(), scenes.asking()):
        async with opened(scene, tmp_path, size, account=account) as it:
            for place in ("", "log", "questions", "dashboard", "timeline", "help"):
                if place:
                    await it.press(*keymap.keys[f"board.{place}"])
                it.app.action_help_quit()
                seen.add(type(it.app.screen).__name__)
                found |= {each for each in said_now(it) if named_keys(each)}
                while len(it.app.screen_stack) > 1:
                    await it.app.pop_screen()
    assert seen == {
        "Board",
        "RunScreen",
        "QuestionsScreen",
        "DashboardScreen",
        "TimelineScreen",
        "HelpDialog",
    }
    assert found == set()
