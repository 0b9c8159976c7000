"""The same run again."""

import json
from pathlib import Path

from tests.cli.conftest import OK, Call, Lived


def test_a_run_that_ended_is_started_again_with_other_values(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    octotui("cancel", model, "run-4", *state)
    said = octotui("rerun", model, "1", "--set", "Greeting=again", *state)
    assert (said.code, said.out) == (0, "run-6\n")
    assert said.err.startswith("run-6  ok is queued")
    assert octotui("wait", model, "run-6", *state).code == 0
    assert octotui("logs", model, "run-6", *state).out == "hello  again\n"


def test_what_never_was_cannot_be(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    assert (
        octotui("rerun", model, "run-77", *state).err
        == "octotui: there is no run run-77; the newest is run-5\n"
    )


def test_v6_what_nobody_is_asked_for_any_more_is_left_out_and_named(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    octotui("cancel", model, "run-4", *state)
    assert octotui("rerun", model, "1", "--set", "Greeting=you", *state).code == 0
    assert octotui("wait", model, "run-6", *state).code == 0
    model.write_text(model.read_text().replace("{ prompt = { required = false } }", '"hello"'))
    refused = octotui("rerun", model, "run-6", "--set", "Greeting=me", *state)
    assert (refused.code, "Greeting is not asked for" in refused.err) == (2, True)
    said = octotui("rerun", model, "run-6", *state)
    assert said.code == 0
    assert said.err.endswith("octotui: values that are not asked for any more are left out: Greeting\n")


def test_v5_sensitive_values_that_are_not_given_again_are_named(
    octotui: Call, write: Call, state: Path, tmp_path: Path
) -> None:
    asked = '[variables]\nToken = { prompt = { kind = "sensitive", required = false } }\n'
    model, token = write(OK, head=asked), tmp_path / "token"
    token.write_text("abcdefgh")
    given, at = ("--set-file", f"Token={token}"), ("--state", state)
    assert octotui("run", model, "ok", *given, *at).code == 0
    said = octotui("rerun", model, "run-1", *at)
    assert said.err.endswith("octotui: sensitive values are not kept, so give them again: Token\n")
    assert "octotui:" not in octotui("rerun", model, "run-1", *given, *at).err
    said = octotui("rerun", model, "run-1", *given, "--json", *at)
    assert (json.loads(said.out)["run"], said.err) == ("run-4", "")
