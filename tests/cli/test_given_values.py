"""Values that callers give, and how none of them need stand in a command line (V5, V6)."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from octotui.cli.given_values import ValueOptions, values_of
from tests.cli.conftest import OK, ROOT, Call

Write = Callable[..., Path]

PASSWORD = """
[variables]
Password = { prompt = { kind = "sensitive" } }
Size = { prompt = { default = "small" } }
"""
SHOWS = OK.replace('"hello ', '"$(printf %s "$Password" | wc -c | tr -d " ") hello ')
FROM_ENV = '[variables]\nDbPassword = { sensitive = { env = "OCTOTUI_TEST_DB" } }\n'


def options(
    pairs: tuple[str, ...] = (), files: tuple[str, ...] = (), env: tuple[str, ...] = ()
) -> ValueOptions:
    return ValueOptions(pairs=pairs, from_files=files, from_env=env)


def refused(given: ValueOptions, capsys: pytest.CaptureFixture[str], *, stdin: bool = True) -> str:
    with pytest.raises(SystemExit) as ended:
        values_of(given, stdin=stdin)
    assert ended.value.code == 2
    return capsys.readouterr().err.removeprefix("octotui: ").rstrip("\n")


def test_v6_values_are_given_as_name_and_value() -> None:
    given = options(("A=1", " B = x=y ", "A=2", "C="))
    assert values_of(given) == {"A": "2", "B": " x=y ", "C": ""}


def test_v5_values_come_from_files_the_environment_and_stdin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_bytes(b"\xef\xbb\xbfone\ntwo\n")
    monkeypatch.setenv("GIVEN", "from env")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("grüße\r\n".encode())))
    given = options(("A=-",), (f"B={tmp_path / 'key'}",), ("C=GIVEN",))
    assert values_of(given) == {"A": "grüße", "B": "one\ntwo", "C": "from env"}


def test_v5_what_cannot_be_read_is_one_sentence_that_never_says_a_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "zero").write_bytes(b"ab\0cd")
    (tmp_path / "latin").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_bytes(b"x" * ((1 << 19) + 1))
    monkeypatch.delenv("GIVEN", raising=False)
    for given, sentence in (
        (options(("A",)), "--set takes NAME=VALUE, not “A”"),
        (options(("=1",)), "--set takes NAME=VALUE, not “=1”"),
        (options(files=("A",)), "--set-file takes NAME=PATH, not “A”"),
        (options(env=("A",)), "--set-env takes NAME=VAR, not “A”"),
        (options(("A=-", "B=-")), "only one value can be read from stdin"),
        (options((), (f"a={tmp_path}",)), f"--set-file a: {tmp_path} cannot be read: Is a directory"),
        (options(env=("A=GIVEN",)), "--set-env A: the environment variable GIVEN is not set"),
        (options(files=(f"A={tmp_path}/none",)), f"--set-file A: {tmp_path}/none cannot be read: No such"),
        (options(files=("A=a\0b",)), "--set-file A: this is no path of a file"),
        (options(files=(f"A={tmp_path}/zero",)), "--set-file A: it holds a NUL character"),
        (options(files=(f"A={tmp_path}/latin",)), "--set-file A: it is not text in UTF-8"),
        (options(files=(f"A={tmp_path}/large",)), "--set-file A: it is larger than 512 KiB"),
    ):
        assert refused(given, capsys).startswith(sentence)
    assert "stdin is read for something else" in refused(options(("A=-",)), capsys, stdin=False)
    monkeypatch.setenv("GIVEN", "x")
    assert refused(options(("a=1",), (), ("A=GIVEN",)), capsys) == "a is given in two ways; give it once"


def test_v5_a_sensitive_value_in_a_command_line_is_warned_of(
    octotui: Call, write: Write, state: Path
) -> None:
    done = octotui("run", write(SHOWS, head=PASSWORD), "ok", "--set", "password=hunter22", "--state", state)
    assert done.code == 0
    assert "Password is sensitive, and others on this machine can read a command line" in done.err
    assert "hunter22" not in done.err


def test_v5_a_sensitive_value_from_a_file_needs_no_warning(
    octotui: Call, write: Write, state: Path, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("hunter22\n")
    given = ("--set-file", f"Password={tmp_path / 'password'}", "--state", state)
    done = octotui("run", write(SHOWS, head=PASSWORD), "ok", *given)
    assert (done.code, done.err) == (0, "")


def test_v5_what_is_missing_is_typed_unseen_at_a_terminal(write: Write, state: Path) -> None:
    model = write(SHOWS, head=PASSWORD)
    call = ["-m", "octotui", "run", str(model), "ok", "--state", str(state)]
    child = pexpect.spawn(sys.executable, call, cwd=ROOT, timeout=30)
    seen = b""
    for typed in ("cat", "hunter22"):
        child.expect("Password: ")
        seen += child.before
        child.sendline(typed)
    child.expect(pexpect.EOF)
    seen += child.before
    child.close()
    assert child.exitstatus == 0
    assert b"has fewer than 4 characters" in seen
    assert b"hunter22" not in seen


def test_v5_an_owner_passes_a_variable_of_the_environment_for_one_run(
    octotui: Call, write: Write, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = '"$(printf %s "$DbPassword" | wc -c | tr -d " ") hello '
    model = write(OK.replace('"hello ', count), head=FROM_ENV)
    monkeypatch.setenv("OCTOTUI_TEST_DB", "correct horse")
    assert octotui("run", model, "ok", "--pass-env", "OCTOTUI_TEST_DB", "--state", state).code == 0
    logs = "".join(each.read_text() for each in state.rglob("*.log"))
    assert "13 hello" in logs
    wrong = octotui("run", model, "ok", "--pass-env", "OCTOTUI_TEST", "--state", state)
    assert wrong.code == 2
    assert 'no sensitive value of this model is read from it; did you mean "OCTOTUI_TEST_DB"?' in wrong.err


def test_v5_check_here_and_plan_say_beforehand_what_cannot_be_read(
    octotui: Call, write: Write, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OCTOTUI_TEST_DB", raising=False)
    model = write(OK, head=FROM_ENV + 'Pin = { sensitive = { command = ["false"] } }\n')
    assert octotui("check", model).err == ""
    here = octotui("check", model, "--here")
    assert (here.code, here.err.count("warning: ")) == (0, 2)
    assert "the environment variable OCTOTUI_TEST_DB is not set" in here.err
    assert "false ended with exit code 1" in here.err
    plan = octotui("plan", model, "ok", "--state", state)
    sentence = (
        "the sensitive variable DbPassword cannot be read here: the environment variable OCTOTUI_TEST_DB"
    )
    assert sentence in plan.err


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        (
            ("sel=a", "SEL=b"),
            "SEL is given twice, and as sel, though case makes no difference: its last value counts",
        ),
        (("a=1", "a=2"), "a is given twice: its last value counts"),
    ],
)
def test_v6_of_a_name_that_is_given_twice_the_last_value_counts_and_that_is_said(
    capsys: pytest.CaptureFixture[str], pairs: tuple[str, ...], told: str
) -> None:
    values = values_of(ValueOptions(pairs=pairs, from_files=(), from_env=()))
    assert list(values.values())[-1] == pairs[-1][-1]
    assert capsys.readouterr().err == f"octotui: {told}\n"
