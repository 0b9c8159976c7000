"""The app in terminals of many kinds and sizes: nothing is broken, nothing is asked that they lack."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

import pytest

from tests.cli.conftest import ROOT
from tests.sshd import USER, Sshd, make_key, needs_sshd
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("servers_end")
KRAKEN = "configs/kraken.toml"
SIZES = [(60, 20), (80, 24), (120, 40), (250, 70)]
COLOUR = re.compile(rb"\x1b\[[0-9;:]*m")
CORNERS = {"unicode": ("╭", "╮", "╰", "╯", "│"), "ascii": ("+", "+", "+", "+", "|")}


def use(terminal: Terminal, glyphs: str = "unicode") -> None:
    """Start a run, look at its model, and leave; each dialog is whole."""
    terminal.wait("No runs yet")
    terminal.press("s")
    terminal.wait("Start which runbook?")
    terminal.press("Inspect")
    terminal.wait("Inspect the dock", gone="Tame")
    if terminal.screen.lines > 20 and terminal.screen.columns > 60:
        wait_for_a_whole_box(terminal, glyphs)
    terminal.press("enter")
    terminal.wait("in which environment?")
    terminal.press("enter")
    terminal.wait("run-1", gone="in which environment?")
    terminal.press("m")
    terminal.wait("[runbooks.inspect]")
    terminal.press("esc")
    terminal.wait("run-1", gone="[runbooks.inspect]")
    terminal.press("?")
    terminal.wait("Keys here")
    wait_for_a_whole_box(terminal, glyphs)
    terminal.press("esc")
    terminal.wait("run-1", gone="Keys here")
    terminal.press("q")


def wait_for_a_whole_box(terminal: Terminal, glyphs: str) -> None:
    """Look until the box of a dialog is drawn with its corners and both of its sides, and no other one."""
    end = time.monotonic() + 20
    while (found := boxes(terminal.screen.display, *CORNERS[glyphs])) != [""]:
        assert time.monotonic() < end, f"{found} in\n{terminal.text}"
        terminal.look()


def boxes(rows: list[str], left: str, right: str, low: str, end: str, side: str) -> list[str]:
    """Return what is wrong with each box on a screen, "" with a whole one."""
    found = []
    for top, row in enumerate(rows):
        for match in re.finditer(rf"{re.escape(left)}[─-]{{20,}}{re.escape(right)}", row):
            first, last = match.start(), match.end() - 1
            bottom = next((y for y in range(top + 1, len(rows)) if rows[y][first] == low), None)
            if bottom is None:
                found += ["it has no end"] * (left != low)  # in ASCII this may be the end of one
                continue
            sides = all(inside[first] == inside[last] == side for inside in rows[top + 1 : bottom])
            found.append("" if sides and rows[bottom][last] == end else "a side is broken")
    return found


@pytest.mark.parametrize(("columns", "lines"), SIZES)
def test_t4_it_works_at_every_size(tmp_path: Path, columns: int, lines: int) -> None:
    with Terminal(KRAKEN, "--state", tmp_path, columns=columns, lines=lines) as terminal:
        use(terminal)
        assert terminal.left() == 0


@pytest.mark.parametrize("term", ["xterm-256color", "linux"])
def test_t3_with_no_color_no_escape_sets_a_colour(tmp_path: Path, term: str) -> None:
    glyphs = "ascii" if term == "linux" else "unicode"
    with Terminal(KRAKEN, "--state", tmp_path, columns=80, lines=24, NO_COLOR="1", TERM=term) as terminal:
        use(terminal, glyphs)
        assert terminal.left() == 0
    codes = {code for each in COLOUR.findall(terminal.drawn) for code in each[2:-1].split(b";")}
    assert codes <= {b"", b"0", b"1", b"2", b"4", b"7"}
    assert b"7" in codes  # the selected line


@pytest.mark.parametrize(("term", "theme"), [("xterm", ""), ("linux", ""), ("xterm-256color", "terminal")])
def test_t3_a_terminal_of_16_colours_gets_no_others(tmp_path: Path, term: str, theme: str) -> None:
    glyphs = "ascii" if term == "linux" else "unicode"
    surroundings = {"TERM": term, "OCTOTUI_THEME": theme}
    with Terminal(KRAKEN, "--state", tmp_path, columns=80, lines=24, **surroundings) as terminal:
        use(terminal, glyphs)
        assert terminal.left() == 0
    assert not [each for each in COLOUR.findall(terminal.drawn) if b"38;" in each or b"48;" in each]


def test_t4_the_console_of_linux_is_asked_nothing_and_gets_no_titles(tmp_path: Path) -> None:
    with Terminal(KRAKEN, "--state", tmp_path, columns=80, lines=25, TERM="linux") as terminal:
        use(terminal, "ascii")
        assert terminal.left() == 0
        assert terminal.text.isascii()
    assert not re.findall(rb"\x1b\]|\x1b\[[<>]|\x1b\[[0-9;?]*\$p|\x1b\[[0-9;]*[cn]", terminal.drawn)


def test_t4_without_unicode_all_is_ascii(tmp_path: Path) -> None:
    surroundings = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    with Terminal(KRAKEN, "--state", tmp_path, columns=80, lines=24, **surroundings) as terminal:
        use(terminal, "ascii")
        assert terminal.left() == 0
    assert terminal.drawn.isascii()


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    """The command that runs another one in a tmux of its own."""
    program = shutil.which("tmux")
    if program is None:
        pytest.skip("there is no tmux on this machine")
    command = [program, "-S", str(tmp_path / "tmux.socket"), "-f", os.devnull]
    yield [*command, "-u", "new-session"]
    subprocess.run([*command, "kill-server"], check=False, capture_output=True)


def test_t4_it_works_in_tmux(tmp_path: Path, tmux: list[str]) -> None:
    with Terminal(KRAKEN, "--state", tmp_path, columns=100, lines=30, before=tmux) as terminal:
        use(terminal)
        assert terminal.left() == 0


@needs_sshd
def test_t4_it_works_over_ssh(tmp_path: Path) -> None:
    server = Sshd(tmp_path / "there", make_key(tmp_path / "key")).start()
    known = tmp_path / "known_hosts"
    known.write_text(server.known)
    options = [f"UserKnownHostsFile={known}", "GlobalKnownHostsFile=/dev/null", "IdentitiesOnly=yes"]
    named = [part for each in options for part in ("-o", each)]
    way = ["ssh", "-tt", "-F", os.devnull, "-i", str(tmp_path / "key"), *named, "-p", str(server.port)]
    command = [*way, f"{USER}@127.0.0.1", f"cd {quote(str(ROOT))}; exec env PYTHONPATH={quote(str(ROOT))}"]
    try:
        with Terminal(KRAKEN, "--state", tmp_path / "s", columns=80, lines=24, before=command) as terminal:
            use(terminal)
            assert terminal.left() == 0
    finally:
        server.stop()
