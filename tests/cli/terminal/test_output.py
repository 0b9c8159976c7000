"""The one door to stdout and stderr."""

import io
import json
import subprocess
import sys

import pytest

from octotui.cli.terminal import output
from octotui.model.text_files import TextFile, UnwritableText
from tests.hostile import HOSTILE, harmful

Captured = pytest.CaptureFixture[str]


def test_r6_what_is_said_is_one_line_that_no_terminal_obeys(capsys: Captured) -> None:
    output.say(f"{HOSTILE}\nforged")
    output.warn(f"{HOSTILE}\nforged")
    said = capsys.readouterr()
    for each in said:
        assert not harmful(each)
        assert each.count("\n") == 1
        assert r"\x1b]52;c;QUJD" in each
        assert r"\u202e" in each
        assert r"y\nforged" in each
    assert said.err.startswith("octotui: x")


def test_lines_stay_where_they_are_expected(capsys: Captured) -> None:
    output.say_lines(f"one\n\ttwo {HOSTILE}")
    output.tell("one\n\x1b[2Jtwo: ")
    said = capsys.readouterr()
    assert said.out.startswith("one\n\ttwo x\\x1b]52")
    assert said.err == "one\n\\x1b[2Jtwo: "


def test_output_of_jobs_keeps_its_colours_or_all_where_it_is_raw(capsys: Captured) -> None:
    output.say_output("\x1b[31mred\x1b[2J", "a\x1bstep | ")
    output.say_output("\x1b[31mred\x1b[2J", raw=True)
    assert capsys.readouterr().out == "a\\x1bstep | \x1b[31mred\x1b[0m\n\x1b[31mred\x1b[2J\n"


def test_a_document_keeps_its_bytes(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    text = b"a\r\n\xff\x1b[2J\x9b\xc2\x9b".decode(errors="surrogateescape")
    assert output.say_document(TextFile(text), raw=False)
    assert capsysbinary.readouterr().out == b"a\r\n\xff\\x1b[2J\\udc9b\\x9b"
    assert not output.say_document(TextFile(text), raw=True)
    assert capsysbinary.readouterr().out == b"a\r\n\xff\x1b[2J\x9b\xc2\x9b"


def test_a_document_stays_in_its_encoding(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert not output.say_document(TextFile("\ufeffa\r\n", "utf-16-be"), raw=False)
    assert capsysbinary.readouterr().out == b"\xfe\xff\0a\0\r\0\n"
    with pytest.raises(UnwritableText):
        output.say_document(TextFile("\u4e2d", "windows-1252"), raw=False)


@pytest.mark.parametrize("indent", [0, 2])
@pytest.mark.parametrize(
    "text", [HOSTILE, "half \ud800 and \udc80", "\x00\x1f\x7f\u2028", "👩\u200d👧"], ids=ascii
)
def test_json_says_all_and_hides_nothing(text: str, indent: int, capsys: Captured) -> None:
    output.say_json({"text": text}, indent=indent)
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"text": text}
    assert not harmful(printed)


def test_of_very_many_complaints_the_first_are_said_and_how_many_more_there_are(capsys: Captured) -> None:
    output.complain([f"{number}\x1b" for number in range(1234)], prefix="warning: ")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "warning: 0\\x1b"
    assert len(lines) == output.MOST_COMPLAINTS + 1
    assert lines[-1] == "octotui: there are 1,034 more; octotui check --json lists all of them"
    output.complain(["one"] * 1234, lister="")
    assert capsys.readouterr().err.splitlines()[-1] == "octotui: there are 1,034 more"
    output.complain(["one"])
    assert capsys.readouterr().err == "one\n"


def test_no_text_ends_an_output_that_knows_few_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    monkeypatch.setattr(sys, "stderr", narrow)
    output.say("é \ud800 \x9b")
    output.warn("漢 \udc80")
    assert output.wants_ascii(asked=False)
    narrow.flush()
    assert narrow.buffer.getvalue() == b"? \\ud800 \\x9b\noctotui: ? \\udc80\n"  # type: ignore[attr-defined]


def test_r6_a_traceback_is_no_way_around() -> None:
    code = """
import octotui.cli.main as command_line
from octotui.__main__ import main
def bug(**more): raise ValueError("\\x1b]52;c;QUJD\\x07 \\u202e")
command_line.cli = bug
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ValueError: \\x1b]52;c;QUJD\\x07 \\u202e" in done.stderr
    assert not harmful(done.stderr)


def test_what_is_refused_is_exit_code_2(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as left:
        output.refuse("no")
    assert left.value.code == output.USAGE == 2
    assert capsys.readouterr().err == "octotui: no\n"


def test_a_prompt_for_what_is_unseen_is_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or "secret")
    assert output.ask_unseen("a\x1b[2J: ") == "secret"
    assert asked == ["a\\x1b[2J: "]


def test_ascii_is_asked_for_or_all_a_terminal_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    monkeypatch.setenv("TERM", "xterm")
    assert not output.wants_ascii(False)
    assert output.wants_ascii(True)
    monkeypatch.setenv("TERM", "linux")
    assert output.wants_ascii(False)
