"""What verbs take to start a run."""

import getpass
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from octotui.cli.starting import account, values_of
from tests.cli.conftest import OK, Call

Write = Callable[..., Path]


def test_values_are_given_as_name_and_value() -> None:
    assert values_of(("A=1", " B = x=y ", "A=2", "C=")) == {"A": "2", "B": " x=y ", "C": ""}


def test_an_account_without_a_name_is_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    assert account() == getpass.getuser()

    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert account() == str(os.getuid())


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
        "Password needs a value; say each with --set NAME=VALUE\n"
    )
    assert not state.exists()


def test_values_that_are_asked_for_reach_the_script_and_sensitive_ones_nothing_else(
    octotui: Call, write: Write, state: Path
) -> None:
    """V5, V6: neither the lines, the JSON, the journal nor a log has what is sensitive."""
    script = OK.replace('"hello ', '"hello $Version $Colour $Password ')
    given = ("--set", "version=1.2", "--set", "Size=small", "--set", "Password=hunter22")
    told = octotui("run", write(script, head=PROMPTS), "ok", *given, "--state", state, "--json")
    assert told.code == 0
    logs = "".join(each.read_text() for each in state.rglob("*.log"))
    assert "hello 1.2 blue ******** " in logs
    assert "hunter22" not in told.out + told.err + logs
    for file in state.rglob("*"):
        assert file.is_dir() or b"hunter22" not in file.read_bytes(), file
