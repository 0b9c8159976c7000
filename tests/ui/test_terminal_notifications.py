import re

import pytest

from octotui.engine.commands import TakeInterruption
from octotui.ui.terminal_notifications import TerminalNotifications, escapes
from tests.terminal import Terminal
from tests.world import World, manual, model, script

OPENED = """
[space]
name = "Bell"
[notify]
bell = {bell}
terminal = {terminal}
[runbooks.go]
name = "Go; on"
[[runbooks.go.steps]]
name = "May it?"
manual = {{ instructions = "Well?" }}
"""


def test_each_question_is_told_once_to_who_may_answer():
    """I6: not those that were there before, nor those that others have taken meanwhile."""
    world = World(model({"go": [manual("Go?")], "money": [manual("Pay?", ("finance",))], "a": [script("A")]}))
    world.start("go")
    told: list[str] = []
    notices = TerminalNotifications("bob", world.state, told.append)
    notices.check(world.state)
    for process in ("go", "money", "a"):
        world.start(process)
        notices.check(world.state)
    world.run_out()
    notices.check(world.state)
    assert told == ["run-2 Go asks: Go?"]
    world.start("go")
    world.send(TakeInterruption(interruption="question-4", user="ann"))
    notices.check(world.state)
    world.answer("proceed")
    notices.check(world.state)
    assert len(told) == 1


def test_a_notification_is_harmless_text():
    """V5: whatever a model is called, a terminal is told one thing."""
    evil = "run-1 \x1b]0;owned\x07 a;b\nc\x9b31m" + "x" * 500
    osc9, osc777, rest = escapes(evil).split("\x1b\\")
    assert rest == ""
    assert osc9.startswith("\x1b]9;octotui: run-1 \\x1b]0;owned\\x07 a;b c\\x9b31mxx")
    assert osc777.startswith("\x1b]777;notify;octotui;run-1 \\x1b]0,owned\\x07 a,b c\\x9b31mxx")
    assert osc9[1:].isprintable()
    assert osc777[1:].isprintable()
    assert len(osc9) < 220


@pytest.mark.parametrize(("bell", "terminal"), [("true", "true"), ("false", "false")])
def test_the_terminal_rings_and_is_told(tmp_path, bell: str, terminal: str):
    """I6: in a real terminal, once, where the model wants it."""
    path = tmp_path / "bell.toml"
    path.write_text(OPENED.format(bell=bell, terminal=terminal))
    heard: list[bytes] = []
    with Terminal(path, "--state", tmp_path / "state", columns=80, lines=24) as it:
        feed = it._stream.feed
        it._stream.feed = lambda data: (heard.append(data), feed(data))
        it.wait("No runs yet")
        it.press("s")
        it.wait("Start which runbook?")
        it.press("enter")
        it.wait("asks anyone: May it?")
        it.press("a", "t")
        it.wait("you have taken it")
        it.press("p")
        it.wait("✔ run-1")
        it.press("q")
        assert it.left() == 0
    said = b"".join(heard).decode(errors="replace")
    told = terminal == "true"
    assert said.count("\x1b]9;octotui: run-1 Go; on asks: May it?\x1b\\") == told
    assert said.count("\x1b]777;notify;octotui;run-1 Go, on asks: May it?\x1b\\") == told
    rest = re.sub(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)", "", said)
    assert rest.count("\x07") == (bell == "true")
