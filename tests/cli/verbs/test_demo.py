"""`octotui demo`: the tour by its own words; nothing is written elsewhere, and no process is left."""

import os
import re
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from octotui.cli.verbs.demo import PREFIX, demo_model, remove_left
from octotui.model.toml.read import load
from tests.cli.conftest import SLEEP, Call
from tests.cli.test_attended_run import left_behind, running
from tests.terminal import Terminal

SAYS = re.compile(r"Tour (\d)/5 (?: type (\w+) and)?(?: press (\S+):)?")
SIZES = pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])


def listed(folder: Path) -> dict[str, float]:
    """All that is in a folder, and when each was changed."""
    return {str(each): each.lstat().st_mtime for each in [folder, *folder.rglob("*")]}


def marked(mark: str) -> list[str]:
    """The processes that have something in their environment."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (each / "environ").read_bytes() and int(each.name) != os.getpid():
                found.append((each / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A home, a temporary folder and a mark for all processes; at the end there is nothing in or of them."""
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir(0o700)
    names = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
    mark = f"OCTOTUI_DEMO_TEST=mark-{os.getpid()}-{time.monotonic_ns()}"
    before = listed(home)
    yield {
        "HOME": str(home),
        "TMPDIR": str(temporary),
        **dict([mark.split("=")]),
        **{name: str(home / name) for name in names},
    }
    assert listed(home) == before
    assert [*temporary.iterdir()] == []
    end = time.monotonic() + 20
    while marked(mark):
        assert time.monotonic() < end, marked(mark)
        time.sleep(0.05)


def step_of(terminal: Terminal) -> int:
    said = SAYS.search(terminal.text)
    return int(said[1]) if said is not None else 0


def settled(terminal: Terminal) -> str:
    """What the tour says, once it has said so for a while: it follows what a key has led to."""
    last, since = "", time.monotonic()
    while time.monotonic() - since < 0.8:
        terminal.look()
        said = SAYS.search(terminal.text)
        if (now := said[0] if said is not None else "") != last:
            last, since = now, time.monotonic()
    return last


def follow(terminal: Terminal, until: str, seconds: float = 120.0) -> list[str]:
    """Do what the tour says until it says something; return what was typed and pressed."""
    pressed: list[str] = []
    end = time.monotonic() + seconds
    while until not in terminal.text:
        assert time.monotonic() < end, f"{pressed}\n{terminal.text}"
        said = SAYS.match(settled(terminal))
        keys = [each for each in (said[2], said[3]) if each] if said is not None else []
        terminal.press(*keys)
        pressed += keys
        patience = time.monotonic() + 20
        while keys and said is not None and said[0] in terminal.text and until not in terminal.text:
            assert time.monotonic() < patience, f"{keys} led to nothing:\n{terminal.text}"
            terminal.look()
    return pressed


@SIZES
def test_i11_the_tour_is_followed_by_its_own_words(
    surroundings: dict[str, str], columns: int, lines: int
) -> None:
    with Terminal("demo", columns=columns, lines=lines, **surroundings) as terminal:
        terminal.wait("Tour 1/5", "leaves the tour")
        pressed = follow(terminal, "that was the tour")
        assert "\n".join(pressed).split() == (
            ["s", "unleash", "enter", "enter", "w", "esc", "s", "tame", "enter", "enter", "a", "t", "p", "l"]
        )
        assert step_of(terminal) == 5
        terminal.press("q")
        assert terminal.left() == 0


def test_i11_it_can_be_left_and_the_demo_goes_on(surroundings: dict[str, str]) -> None:
    with Terminal("demo", **surroundings) as terminal:
        terminal.wait("Tour 1/5", "Z leaves the tour")
        terminal.press("Z")
        terminal.wait("s start", gone="Tour")
        terminal.press("s")
        terminal.wait("Start which runbook?")
        terminal.press("enter", "enter")
        terminal.wait("▶ run-2", gone="Start which")
        assert "Tour" not in terminal.text
        terminal.press("q")  # scripts are running
        assert terminal.left() == 0


def test_r12_it_is_as_the_account_has_set_the_app(surroundings: dict[str, str], tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text('[board]\nstart = "f5"\nmodel = "f6"\n')
    own = {**surroundings, "OCTOTUI_KEYS": str(keys), "OCTOTUI_THEME": "light"}
    with Terminal("demo", **own) as terminal:
        terminal.wait("Tour 1/5", "press f5: starts a run")
        terminal.press("\x1b[15~")
        terminal.wait("type unleash and press enter")
        terminal.press("unleash", "enter", "enter")
        terminal.wait("press w: why the run")
        terminal.press("\x1b[17~")
        terminal.wait("kraken.toml", "[runbooks.unleash")  # docs/looks.md: the demo can be looked at
        terminal.press("O")
        terminal.wait("the demo is octotui's own")
        terminal.press("esc")
        terminal.wait("press w: why the run")
        light = terminal.screen.buffer[8][2].bg
        assert int(light[:2], 16) > 0xC0, light
        terminal.press(":", "theme: high-contrast")
        terminal.wait("Theme: high-contrast")
        terminal.press("enter")
        terminal.wait("press w: why the run", gone="heme: high-contrast")
        assert terminal.screen.buffer[8][2].bg != light  # it is shown, and written nowhere
        terminal.press("q")
        assert terminal.left() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_i11_ended_by_a_signal_it_leaves_nothing_either(surroundings: dict[str, str], number: int) -> None:
    with Terminal("demo", **surroundings) as terminal:
        terminal.wait("Tour 1/5")
        terminal.press("s")
        terminal.wait("press enter")
        terminal.press("enter", "enter")
        terminal.wait("▶ run-2")
        terminal.child.kill(number)
        assert terminal.left() == 128 + number


def test_i11_what_a_killed_one_has_left_is_ended_and_removed_by_the_next(
    surroundings: dict[str, str],
) -> None:
    """I11: but nothing of a demo that runs, or has just begun, and no folder that is not one's own."""
    temporary = Path(surroundings["TMPDIR"])
    with Terminal("demo", **surroundings) as killed:
        killed.wait("Tour 1/5")
        killed.press("s")
        killed.wait("press enter")
        killed.press("enter", "enter")
        killed.wait("▶ run-2")
        killed.child.kill(signal.SIGKILL)
        killed.child.wait()
    [left] = temporary.iterdir()
    begun, old, link = (temporary / f"octotui-demo-{name}" for name in ("begun", "old", "link"))
    begun.mkdir()
    old.mkdir()
    os.utime(old, (0, 0))
    link.symlink_to(left)
    with Terminal("demo", **surroundings) as running:
        running.wait("Tour 1/5")
        there = {*temporary.iterdir()}
        assert left not in there
        assert old not in there
        assert len(there) == 3, "the one that has begun, the link, and that of the demo that runs"
        with Terminal("demo", **surroundings) as further:
            further.wait("Tour 1/5")
            assert there < {*temporary.iterdir()}
            further.press("q")
            assert further.left() == 0
        running.press("q")
        assert running.left() == 0
    begun.rmdir()
    link.unlink()


async def test_i11_a_script_that_a_killed_one_has_left_running_is_ended(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    left = temporary / f"{PREFIX}left"
    left.mkdir(mode=0o700, parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    file = write(SLEEP + '[engine]\nsupervisor = "each"\n')
    with running(file, left) as killed:
        killed.kill()
        killed.wait()
    scripts = left_behind(left)
    assert any("sleep" in each for each in scripts)
    await remove_left(load(file))
    assert [*temporary.iterdir()] == []
    end = time.monotonic() + 20
    while left_behind(left):
        assert time.monotonic() < end, left_behind(left)
        time.sleep(0.05)


def test_without_a_terminal_it_says_what_does_without(octotui: Call) -> None:
    said = octotui("demo")
    assert said.code == 2
    assert "the app needs a terminal" in said.err


def test_its_model_is_the_kraken_slower() -> None:
    model = demo_model()
    assert {"unleash", "tame"} <= model.runbooks.keys()
    assert all(feed.rate for feed in model.feeds.values())
