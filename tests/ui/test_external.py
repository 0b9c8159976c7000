"""Other programs get the terminal, and give it back however they end."""

import os
import signal
import termios
import time
from pathlib import Path

import pytest

from octotui.ui.external import arguments_for
from tests.scenes import idle
from tests.terminal import Terminal
from tests.ui.opened import opened

EDITOR = """#!/bin/sh
printf 'it is mine: %s %s\\n' "$1" "${{2##*/}}"
read answer
stty raw -echo
printf '\\033[5;10r\\033[?6h\\033[31m'
{end}
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, the only one that is searched."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    for variable in ("VISUAL", "EDITOR", "PAGER"):
        monkeypatch.delenv(variable, raising=False)
    return folder


def program(folder: Path, name: str, text: str = "#!/bin/sh\n") -> str:
    """Write a program into a folder."""
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vim", ["+7", "FILE"]),
        ("nano", ["+7", "FILE"]),
        ("emacs", ["+7", "FILE"]),
        ("code", ["--wait", "--goto", "FILE:7"]),
        ("hx", ["FILE:7"]),
        ("less", ["+7g", "FILE"]),
        ("unknown", ["FILE"]),
    ],
)
def test_a_file_is_opened_at_its_line(
    programs: Path, monkeypatch: pytest.MonkeyPatch, name: str, expected: list[str]
) -> None:
    path = program(programs, name)
    monkeypatch.setenv("EDITOR", f"{name} -x 'two words'")
    file = str(programs / name)
    assert arguments_for(file, 7, "EDITOR") == [
        path,
        "-x",
        "two words",
        *[each.replace("FILE", file) for each in expected],
    ]


@pytest.mark.parametrize("name", ["-c quit", "+quit", "$(id)", "a;b"])
def test_t2_no_name_of_a_file_is_an_option_or_a_command(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    editor = program(programs, "vi")
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).touch()
    assert arguments_for(name, None, "EDITOR") == [editor, str(tmp_path / name)]


def test_the_variables_come_in_their_order_and_then_what_is_there(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vi, mine, less = (program(programs, each) for each in ("vi", "mine", "less"))
    assert arguments_for(vi, None, "EDITOR") == [vi, vi]
    assert arguments_for(vi, None, "PAGER") == [less, vi]
    monkeypatch.setenv("EDITOR", "vi")
    monkeypatch.setenv("VISUAL", "mine")
    assert arguments_for(vi, None, "EDITOR") == [mine, vi]


def test_what_cannot_be_opened_is_refused_with_a_sentence(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match=r"^no editor is found; set \$EDITOR to the name of one$"):
        arguments_for(program(programs, "file"), 1, "EDITOR")
    monkeypatch.setenv("EDITOR", "nothing -x")
    with pytest.raises(ValueError, match=r"^\$EDITOR names nothing, which is not found"):
        arguments_for(programs / "file", 1, "EDITOR")
    monkeypatch.setenv("EDITOR", "vi 'a")
    with pytest.raises(ValueError, match="has a quote that is not closed"):
        arguments_for(programs / "file", 1, "EDITOR")
    os.mkfifo(programs / "pipe")
    with pytest.raises(ValueError, match="is no regular file"):
        arguments_for(programs / "pipe", 1, "EDITOR")
    with pytest.raises(FileNotFoundError):
        arguments_for(programs / "gone", 1, "EDITOR")


async def test_no_program_is_started_where_the_terminal_cannot_be_handed_over(
    programs: Path, tmp_path: Path
) -> None:
    from octotui.ui.external import open_file

    program(programs, "vi", "#!/bin/sh\ntouch started\n")
    async with opened(idle(), tmp_path) as on:
        assert not await open_file(on.app, programs / "vi")
        await on.sees("no other program can be opened in this terminal")
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("exit 0", "ended well: True, went on: True"),
        ("exit 3", "mine ended with code 3"),
        ("kill -SEGV $$", "mine ended with signal 11"),
    ],
)
def test_t2_the_terminal_is_as_before_however_the_program_ends(tmp_path: Path, end: str, said: str) -> None:
    editor = program(tmp_path, "mine", EDITOR.format(end=end))
    file = tmp_path / "some file"
    file.touch()
    with Terminal(
        file, module="tests.ui.external_app", EDITOR=f"{editor} -o", VISUAL="", columns=80, lines=24
    ) as terminal:
        before = termios.tcgetattr(terminal.child.child_fd)
        terminal.wait("ready")
        terminal.press("e")
        terminal.wait("it is mine: -o some file", gone="ready")
        assert terminal.screen.cursor.hidden is False
        os.kill(terminal.child.pid, signal.SIGINT)  # as ctrl+c, which goes to all that are in front
        for _ in range(8):
            terminal.look()
        assert "Traceback" not in terminal.text
        terminal.press("\n")
        terminal.wait(said, "ended well", gone="it is mine")
        assert terminal.screen.margins in (None, (0, 23))
        terminal.press("q")
        assert terminal.left() == 0
        assert termios.tcgetattr(terminal.child.child_fd)[3] == before[3]


def test_t2_an_app_that_ends_meanwhile_ends_the_editor_as_a_closed_terminal_does(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    text = f"#!/bin/sh\ntrap 'touch {kept}; exit 1' HUP\necho it is mine\nwhile :; do sleep 0.05; done\n"
    editor, file, ended = program(tmp_path, "mine", text), tmp_path / "file", tmp_path / "ended"
    file.touch()
    with Terminal(file, ended, module="tests.ui.external_app", EDITOR=editor, VISUAL="") as terminal:
        terminal.wait("ready")
        terminal.press("e")
        terminal.wait("it is mine")
        ended.touch()
        assert terminal.left() == 0
    end = time.monotonic() + 20
    while not kept.exists():
        assert time.monotonic() < end
        time.sleep(0.02)
