"""The door to the clipboard."""

import os
from base64 import b64decode
from pathlib import Path

import pytest
from textual.app import App

from octotui.ui.terminal import clipboard
from octotui.ui.terminal.clipboard import copy, program, sequence, through_tmux


def tool(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return path


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No clipboard but that of the terminal, and a folder for programs."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "TMUX", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    return tmp_path


class Written:
    """An app that is not on a screen, and what it writes to its terminal."""

    def __init__(self) -> None:
        self.app: App[None] = App()
        self.written = ""

    async def copy(self, text: str) -> str:
        async with self.app.run_test():
            driver = self.app._driver
            assert driver is not None
            driver.write = self._write  # type: ignore[method-assign]
            return await copy(self.app, "1 line", text)

    def _write(self, data: str) -> None:
        self.written += data


async def test_a_program_of_the_screen_takes_the_text(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    tool(bare, "wl-copy", f'cat > {bare}/taken; echo "$@" > {bare}/options')
    it = Written()
    assert await it.copy("--help\n\x1b]52") == "Copied 1 line"
    assert (bare / "taken").read_text() == "--help\n\x1b]52"
    assert (bare / "options").read_text() == "--type text/plain\n"
    assert (it.app.clipboard, "\x1b]52" in it.written) == ("--help\n\x1b]52", False)


async def test_in_a_browser_no_program_of_this_machine_takes_it(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    tool(bare, "wl-copy", f"cat > {bare}/taken")
    monkeypatch.setattr(App, "is_web", True)
    it = Written()
    await it.copy("text")
    assert not (bare / "taken").exists()
    assert sequence("text") in it.written


async def test_the_terminal_takes_it_if_a_program_fails(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard, "PATIENCE", 0.2)
    monkeypatch.setenv("DISPLAY", ":0")
    for script in ("cat > /dev/null; exit 1", "exec sleep 60"):
        tool(bare, "xclip", script)
        it = Written()
        assert await it.copy("text") == "Sent 1 line to the terminal (OSC 52)"
        assert sequence("text") in it.written
        assert it.app.clipboard == "text"


async def test_tmux_passes_it_on(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    it = Written()
    said = await it.copy("long" * 20_000)
    assert said.startswith("Sent 1 line to the terminal (OSC 52); tmux must let it through: ")
    assert said.endswith("55 kB")
    assert "\x1bPtmux;\x1b\x1b]52;c;" in it.written
    assert through_tmux("\x1b]52;c;YQ==\x07") == "\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\"


def test_over_ssh_it_is_the_clipboard_of_the_terminal(bare: Path) -> None:
    xclip = tool(bare, "xclip", "")
    here = {"DISPLAY": ":0", "PATH": f"{bare}:/bin"}
    assert program(here) == (str(xclip), "-selection", "clipboard")
    assert program(here | {"SSH_CONNECTION": "1 2 3 4"}) is None
    assert program({"PATH": f"{bare}:/bin"}) is None
    assert program({"DISPLAY": ":0", "PATH": os.path.relpath(bare)}) is None


def test_no_text_gets_out_of_the_sequence() -> None:
    text = "\x07\x1b\\;evil"
    assert b64decode(sequence(text).removeprefix("\x1b]52;c;").removesuffix("\x07")).decode() == text
