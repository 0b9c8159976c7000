"""What is done with output every day, in a real pseudo-terminal and by keys only."""

import stat
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.test_terminal_tasks import SIZES, played

pytestmark = pytest.mark.usefixtures("servers_end")
MODEL = """
[space]
name = "Night"
[engine]
supervisor = "agent"
stderr = "separate"
[pools.crane]
workers = ["crane1"]

[runbooks.backup]
name = "Back up"
[[runbooks.backup.steps]]
name = "Copy"
pool = "crane"
script = '''
for number in $(seq 1 300); do echo "copied file $number"; done
sleep 0.3
echo "the disk is full" >&2
sleep 0.3
for number in $(seq 301 600); do echo "skipped file $number"; done
'''
[[runbooks.backup.steps]]
name = "Check"
pool = "crane"
script = 'echo "checked it"'
"""
LINKING = r"""
[space]
name = "Links"
[pools.crane]
workers = ["crane1"]

[runbooks.say]
name = "Say"
[[runbooks.say.steps]]
name = "Point"
pool = "crane"
script = '''
printf 'see \033]8;;https://example.org/log\033\\the log\033]8;;\033\\\n'
'''
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A space whose run has printed something, and a program that copies into a file."""
    path = tmp_path / "night.toml"
    path.write_text(MODEL)
    played(path, lambda state: not len(state.families), "backup")
    xclip = tmp_path / "xclip"
    xclip.write_text(f"#!/bin/sh\ncat > {tmp_path}/copied\n")
    xclip.chmod(0o700)
    return path


def opened(terminal: Terminal) -> None:
    """Open the output of the first step alone."""
    terminal.wait("✔ run-1 Back up")
    terminal.press("enter")
    terminal.wait("esc back", "Check")
    terminal.press("l")
    terminal.wait("checked it", "esc back")
    terminal.press("K")
    terminal.wait("Output · run-1 Copy", "skipped file 600")


@SIZES
def test_a_log_is_filtered_its_errors_found_copied_and_saved(model: Path, columns: int, lines: int) -> None:
    home, path = model.parent, f"{model.parent}:/usr/bin:/bin"
    with Terminal(
        model, "--state", home, columns=columns, lines=lines, PATH=path, DISPLAY=":9", PAGER=f"cp -t {home}"
    ) as terminal:
        opened(terminal)
        terminal.press("&")
        terminal.wait("filter: text or a regular expression")
        terminal.press("-1 file 17$", "enter")
        terminal.wait("copied file 16", "copied file 17", "copied file 18", "&file 17$", gone="file 600")
        terminal.press("g", "esc")
        terminal.wait("copied file 19", gone="&file")
        terminal.press("g", "e")
        terminal.wait("the disk is full", "line 301 of 601")
        terminal.press("y")
        terminal.wait("Copied 1 line")
        assert (home / "copied").read_text() == "the disk is full"
        terminal.press("#")
        terminal.wait("go to: a line")
        terminal.press("10", "enter")
        terminal.wait("line 10 of 601", "copied file 10")
        terminal.press("m", "j", "W")
        terminal.wait("Save 2 lines in which file?", "run-1-copy.log")
        terminal.press("\x15", f"{home}/saved", "enter")
        terminal.wait("Saved 2 lines in", gone="in which file?")
        assert (home / "saved").read_text() == "copied file 10\ncopied file 11\n"
        assert stat.S_IMODE((home / "saved").stat().st_mode) == 0o600
        terminal.press("|")
        terminal.wait("line 11 of 601", "esc back")
        end = 100
        while not (home / "run-1-copy.log").exists() and end:
            terminal.look(0.1)
            end -= 1
        assert len((home / "run-1-copy.log").read_text().splitlines()) == 601
        terminal.press("q")
        assert terminal.left() == 0


def test_all_jobs_are_merged_searched_and_folded(model: Path) -> None:
    with Terminal(model, "--state", model.parent, columns=80, lines=24) as terminal:
        opened(terminal)
        terminal.press("M")
        terminal.wait("run-1 all jobs", "Copy", "Check", "checked it")
        terminal.press("/")
        terminal.wait("search: text")
        terminal.press("disk is full", "enter")
        terminal.wait("Copy  the disk is full", "/disk is full 1/1")
        terminal.press("esc")
        terminal.wait("line 301 of 602", gone="/disk")
        terminal.press("z")
        terminal.wait("all jobs by step", "+ Copy: 601 lines", "+ Check: 1 line")
        terminal.press("g", "j", "z")
        terminal.wait("+ Copy: 601 lines", "- Check: 1 line", "checked it")
        terminal.press("M", "M")
        terminal.wait("Output · run-1 Copy", gone="all jobs")
        terminal.press("q")
        assert terminal.left() == 0


def test_an_address_of_the_output_is_a_link_of_the_terminal(tmp_path: Path) -> None:
    """A link that a script prints leads where it says; the Linux console gets none."""
    path = tmp_path / "night.toml"
    path.write_text(LINKING)
    played(path, lambda state: not len(state.families), "say")
    for term, links in (("xterm-256color", True), ("linux", False)):
        with (
            (tmp_path / term).open("wb") as written,
            Terminal(path, "--state", tmp_path, columns=80, lines=24, TERM=term) as terminal,
        ):
            terminal.child.logfile_read = written
            terminal.wait("run-1 Say")
            terminal.press("l")
            terminal.wait("see the log (https://example.org/log)")
            terminal.press("q")
            assert terminal.left() == 0
            written.flush()
            assert (b";https://example.org/log\x1b\\" in (tmp_path / term).read_bytes()) == links
