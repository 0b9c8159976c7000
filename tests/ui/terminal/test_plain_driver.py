import pytest
from textual.drivers.linux_driver import LinuxDriver

from octotui.ui.terminal.plain_driver import PlainDriver, driver_for


@pytest.mark.parametrize(
    ("data", "is_written"),
    [
        ("\x1b[>25u", False),
        ("\x1b[<u", False),
        ("\x1b[?2026$p", False),
        ("\x1b]22;default\x1b\\", False),
        ("\x1b]9;octotui: a question\x1b\\\x1b]777;notify;octotui;x\x1b\\", False),
        ("\x1b[?1049h", True),
        ("\x1b[?25l", True),
        ("\x1b[1;1H\x1b[31m it costs \x1b[>1u", True),
        ("", True),
    ],
)
def test_t4_only_what_such_a_terminal_would_print_is_left_out(
    monkeypatch: pytest.MonkeyPatch, data: str, is_written: bool
) -> None:
    written: list[str] = []
    monkeypatch.setattr(LinuxDriver, "write", lambda self, data: written.append(data))
    PlainDriver.write(PlainDriver.__new__(PlainDriver), data)
    assert written == ([data] if is_written else [])


@pytest.mark.parametrize(
    ("term", "is_plain"),
    [("linux", True), ("vt100", True), ("xterm", False), ("tmux-256color", False), ("", False)],
)
def test_the_console_of_linux_gets_it(term: str, is_plain: bool) -> None:
    assert (driver_for({"TERM": term}) is PlainDriver) is is_plain
    assert driver_for({"TERM": term, "TEXTUAL_DRIVER": "other:Driver"}) is None
