"""What verbs take to start a run."""

import os
import pwd
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from octotui.cli.start_options import account, slug_of, starting_time
from octotui.model.space import Environment
from tests.cli.conftest import OK, Call

Write = Callable[..., Path]


def test_the_account_is_the_one_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """I8: and not what the environment claims."""
    monkeypatch.setenv("LOGNAME", "somebody-else")
    assert account() == pwd.getpwuid(os.geteuid()).pw_name


PROMPTS = """
[variables]
Version = { prompt = { label = "Which version?" } }
Size = { prompt = { kind = "select", options = ["small", "large"] } }
Colour = { prompt = { default = "blue" } }
Password = { prompt = { kind = "sensitive" } }
"""


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_every_value_that_is_missing_is_named_at_once(
    octotui: Call, write: Write, state: Path, verb: str
) -> None:
    """V6: exit code 2, before anything is opened."""
    told = octotui(verb, write(OK, head=PROMPTS), "ok", "--set", "Size=big", "--state", state)
    assert told.code == 2
    assert told.err == (
        'octotui: Version (Which version?) needs a value; Size must be one of "small", "large"; '
        "Password needs a value; give each with --set NAME=VALUE, or --set-file NAME=PATH\n"
    )
    assert not state.exists()


def test_values_that_are_asked_for_reach_the_script_and_sensitive_ones_nothing_else(
    octotui: Call, write: Write, state: Path
) -> None:
    """V5, V6: neither the lines, the JSON, the journal nor a log has what is sensitive.

    M3: it lies beside the script as long as that runs, and nowhere afterwards.
    """
    script = OK.replace('"hello ', '"$(grep -l "$Password" ./*) hello $Version $Colour $Password ')
    given = ("--set", "version=1.2", "--set", "Size=small", "--set", "Password=hunter22")
    told = octotui("run", write(script, head=PROMPTS), "ok", *given, "--state", state, "--json")
    assert told.code == 0
    logs = "".join(each.read_text() for each in state.rglob("*.log"))
    assert "./record\n./values hello 1.2 blue ******** " in logs
    assert "hunter22" not in told.out + told.err + logs
    for file in state.rglob("*"):
        assert not file.is_file() or b"hunter22" not in file.read_bytes(), file


def test_a_time_to_start_is_said_as_such_or_as_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Q5: a time here, unless it says its offset."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert starting_time(None, None, 0.0) is None
    assert starting_time(None, "2h", 100.0) == 7_300.0
    assert starting_time("1970-01-02 03:00", None, 0.0) == 97_200.0
    assert starting_time("1970-01-02T03:00+01:00", None, 0.0) == 93_600.0


@pytest.mark.parametrize(
    ("at", "after", "told"),
    [
        ("tomorrow", None, '--at takes a time such as "2026-11-23 03:00", not “tomorrow”'),
        (
            "1970-01-02 03:00",
            None,
            "--at 1970-01-02 03:00 has passed; the run starts now without it",
        ),
        (None, "soon", '--in: Expected a duration such as "90s", "15m" or "1h30m", not "soon".'),
        ("2026-11-23", "2h", "--at and --in do not go together; give one of them"),
    ],
)
def test_a_time_that_is_none_is_refused(
    at: str | None, after: str | None, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        starting_time(at, after, 1e9)
    assert (left.value.code, capsys.readouterr().err) == (2, f"octotui: {told}\n")


@pytest.mark.parametrize("verb", ["run", "plan"])
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("Vesion=2", 'there is no prompt for Vesion; did you mean "Version"?'),
        ("Octopus_Step_Name=x", "there is no prompt for Octopus_Step_Name; known: "),
        ("Fixed=$(id)", "Fixed is not asked for: its value stands in the model"),
    ],
)
def test_v6_a_value_that_nobody_is_asked_for_is_refused_before_anything_is_opened(
    octotui: Call, write: Write, state: Path, verb: str, given: str, reason: str
) -> None:
    model = write(OK, head=f'{PROMPTS}Fixed = "echo"\n')
    told = octotui(verb, model, "ok", "--set", given, "--state", state)
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith(f"octotui: {reason}")
    assert not state.exists()


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_v6_a_prompt_of_another_environment_is_refused_by_the_engine(
    octotui: Call, write: Write, state: Path, verb: str
) -> None:
    head = '[variables]\nSize = ["1", { prompt = { default = "2" }, environment = "test" }]\n'
    model, where = write(OK, head=head), ("--set", "Size=3", "--state", state)
    told = octotui(verb, model, "ok", "--environment", "live", *where)
    assert (told.code, told.err) == (
        2,
        'octotui: Size is not asked for here, only for environment "test"\n',
    )
    assert octotui(verb, model, "ok", "--environment", "test", *where).code == 0


@pytest.mark.parametrize("after", [("--in", "999999999d"), ("--at", "9999-12-31 23:59")])
def test_q5_a_time_beyond_calendars_is_refused_in_a_sentence(
    octotui: Call, write: Write, state: Path, after: tuple[str, str]
) -> None:
    told = octotui("run", write(OK), "ok", *after, "--state", state)
    assert told.code == 2
    assert "is no time to start at: say seconds since 1970, before the year 9999" in told.err


PLACES = {
    "test": Environment(name="Test"),
    "live": Environment(name="In Production"),
    "a": Environment(name="Twin"),
    "b": Environment(name="twin"),
}


@pytest.mark.parametrize(("said", "meant"), [("test", "test"), ("in production", "live"), ("Test", "test")])
def test_a_slug_or_a_name_will_do(said: str, meant: str) -> None:
    assert slug_of("environment", said, PLACES) == meant


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("lvie", 'there is no environment “lvie”; did you mean "live"?'),
        ("in prodution", 'there is no environment “in prodution”; did you mean "In Production"?'),
        ("twin", "several environments are called “twin”: say which by its slug, a or b"),
        ("", 'there is no environment “”; known: "test", "live", "a", "b"'),
    ],
)
def test_what_nobody_knows_is_refused_with_what_was_meant(
    said: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        slug_of("environment", said, PLACES)
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith(f"octotui: {sentence}")
