"""The last door of the screen."""

import json
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.widgets import Input, TextArea

from octotui.model.toml.read import load
from octotui.ui.visible_filter import VisibleFilter
from tests import scenes
from tests.hostile import HOSTILE, NAME, harmful
from tests.scenes import Scene
from tests.ui.opened import opened
from tests.ui.replayed import replayed
from tests.ui.test_every_key import LOW, PLACES, WIDE, Place
from tests.ui.test_space_switch import FakeSwitch
from tests.world import World

BLACK = Color.parse("#000000")
TOML = json.dumps(HOSTILE, ensure_ascii=False)
ENTITIES = (
    "&#x202e;gnp&zwj;&#xE0041;&shy;&ZeroWidthSpace; `code\u2066` [link\u2066](https://x.example/\u202e)"
)
INSTRUCTIONS = f"{HOSTILE}\n\n{ENTITIES}\n\n```\n{HOSTILE}\n```\n\n| {HOSTILE} |\n|---|\n| {ENTITIES} |\n"
MODEL = f"""
[space]
name = "{NAME}"
[environments.test]
guided_failure = "on"
name = "{NAME}"
[pools.setup]
name = "{NAME}"
workers = ["one"]
[variables]
"{NAME}" = {TOML}
Asked = {{ prompt = {{ label = "{NAME}", help = {TOML}, default = {TOML} }} }}
Long = {{ prompt = {{ kind = "multiline", default = {TOML} }} }}
[runbooks.ask]
name = "{NAME}"
[[runbooks.ask.steps]]
name = "{NAME}"
manual = {{ instructions = {json.dumps(INSTRUCTIONS, ensure_ascii=False)} }}
[[runbooks.ask.steps]]
name = "Next {NAME}"
script = "true"
[runbooks.fails]
name = "Fails {NAME}"
[[runbooks.fails.steps]]
name = "Fail {NAME}"
script = "false"
"""


def texts(*segments: Segment) -> list[str]:
    return [each.text for each in VisibleFilter().apply([*segments], BLACK)]


def test_r6_a_line_keeps_its_width_and_hides_nothing() -> None:
    assert texts(Segment("a\x1b[2Jb  ")) == ["a\\x1b[2"]
    assert texts(Segment("a\u202e"), Segment("漢" * 4, Style(bold=True))) == ["a\\u202e", "漢"]
    assert texts(Segment("\ud800\udc80x")) == ["\\ud"]


def test_links_of_a_terminal_are_taken_off() -> None:
    [piece] = VisibleFilter().apply([Segment("text", Style(bold=True, link="http://x/\x1b\\"))], BLACK)
    assert piece.style == Style(bold=True)


def test_links_that_are_spelled_out_stay() -> None:
    """Only to the web and to mailboxes, and only where the terminal understands links."""
    for address in ("https://a.b/c?d", "mailto:ann@a.b"):
        line = [Segment(address, Style(link=address))]
        assert VisibleFilter().apply(line, BLACK) is line
        [piece] = VisibleFilter(links=False).apply(line, BLACK)
        assert piece.style is not None
        assert piece.style.link is None
    for text, link in (
        ("https://a", "https://b"),
        ("file:///a", "file:///a"),
        ("https://a b", "https://a b"),
    ):
        [piece] = VisibleFilter().apply([Segment(text, Style(link=link))], BLACK)
        assert piece.style is not None
        assert piece.style.link is None


def test_what_is_visible_is_left_as_it_is() -> None:
    line = [Segment("plain"), Segment("漢字 ✔", Style(bold=True))]
    assert VisibleFilter().apply(line, BLACK) is line
    assert texts(Segment("می\u200cخواهم\u00a0")) == ["می\u200cخواهم\u00a0"]


def hostile(folder: Path) -> Scene:
    """A run that asks, and one that has failed: every text of it was written to deceive."""
    path = folder / "model.toml"
    path.write_text(MODEL)
    world = World(load(path))
    world.start("ask", environment="test", variables={"Asked": HOSTILE, "Long": HOSTILE})
    world.start("fails", environment="test", variables={"Asked": HOSTILE, "Long": HOSTILE})
    world.report("job-2.1", "failed", reason=HOSTILE, warnings=(HOSTILE,), highlights=(HOSTILE,))
    return Scene(world.state, world.now, world)


async def test_r6_no_screen_or_dialog_lets_anything_through(tmp_path: Path) -> None:
    async with opened(hostile(tmp_path), tmp_path) as it:
        shown = set()
        for keys in (
            "", "w", "v", "v j", "v /", "?", ":", "/", "s", "s enter", "s enter enter", "s enter enter enter",
            "a", "a t", "a t x", "enter", "j", "j w", "j a", "j enter",
        ):  # fmt: skip
            for key in keys.split():
                await it.press({"?": "question_mark", ":": "colon", "/": "slash"}.get(key, key))
                assert not harmful(it.text), (keys, ascii(it.text))
            shown.add(it.text)
            for line in it.app.screen.query(Input) if len(it.app.screen_stack) > 1 else ():
                line.value = HOSTILE
            await it.pilot.pause()
            assert not harmful(it.text), (keys, ascii(it.text))
            while len(it.app.screen_stack) > 1:
                await it.press("escape")
        assert len(shown) > 12


async def test_r6_nor_a_toast_or_a_field(tmp_path: Path) -> None:
    async with opened(hostile(tmp_path), tmp_path) as it:
        it.app.notify(f"[bold]{HOSTILE}", title=HOSTILE)
        await it.sees("[bold]x\\x1b]52")
        assert not harmful(it.text)
        await it.app.screen.mount(TextArea(f"{HOSTILE}\n{HOSTILE}"), before=0)
        await it.pilot.pause()
        assert not harmful(it.text)


DIALOGS = {
    "the palette": Place(scenes.seed, ("colon",), sizes=(LOW, WIDE)),
    "a search of the palette": Place(scenes.seed, ("colon", *"o")),
    "no such command": Place(scenes.seed, ("colon", *"zzzz")),
    "the theme": Place(scenes.seed, ("colon", *"theme", "enter")),
    "help": Place(scenes.seed, ("question_mark",), sizes=(LOW, WIDE)),
    "why": Place(scenes.lock_wait, ("w",)),
    "why of a worker": Place(scenes.lock_wait, ("tab", "w")),
    "files": Place(scenes.telling, ("f",)),
    "a confirmation": Place(scenes.asking, ("c",)),
    "to run it again": Place(scenes.seed, ("R",)),
    "leaving": Place(scenes.seed, ("q",)),
    "a toast": Place(scenes.seed, ("ctrl+c",)),
    "what scripts say": Place(scenes.telling, ("enter",)),
}


@pytest.mark.parametrize(
    ("name", "size"),
    [(name, size) for name, place in (PLACES | DIALOGS).items() for size in place.sizes],
    ids=lambda value: value if isinstance(value, str) else "x".join(map(str, value)),
)
async def test_in_ascii_every_glyph_of_every_screen_is(
    tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    place = (PLACES | DIALOGS)[name]
    switch = FakeSwitch() if place.switches else None
    async with opened(place.scene(), tmp_path, size, user=place.user, switch=switch, glyphs="ascii") as it:
        await it.press(*place.keys)
        await it.pilot.pause()
        strange = {each for each in it.text if not each.isascii()}
        assert not strange, it.text


async def test_without_it_they_stay(tmp_path: Path) -> None:
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        assert "▸" in it.text


async def test_in_a_replay_too(tmp_path: Path) -> None:
    async with replayed(tmp_path, (80, 24), glyphs="ascii") as it:
        await it.sees("Replay")
        assert it.text.isascii()
