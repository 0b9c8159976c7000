"""`octotui replay`: exported runs in words and in the app."""

import json
import signal
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.conftest import ASK, FAIL, Call
from tests.terminal import Terminal


@pytest.fixture
def out(octotui: Call, write: Call, state: Path, tmp_path: Path) -> Path:
    """A run that asked and was answered."""
    model = write(ASK + FAIL)
    assert octotui("run", model, "ask", "--proceed", "--state", state).code == 0
    path = tmp_path / "out.zip"
    assert octotui("export", model, "run-1", "-o", path, "--state", state).code == 0
    return path


def test_in_words_it_is_every_change_and_then_the_tree(octotui: Call, out: Path) -> None:
    said = octotui("replay", out, "--plain")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].endswith("  run-1  Ask first is queued")
    assert any(line.endswith("run-1  asks anyone: May it go on? (question-1)") for line in lines)
    assert "✔ run-1 Ask first" in said.out
    assert "└ ✔ After" in said.out
    assert octotui("replay", out, "--plain", "--ascii").out.isascii()


def test_a_moment_is_said_by_event_or_time(octotui: Call, out: Path) -> None:
    first = octotui("replay", out, "--plain", "--event", 1)
    assert "  event 1 of " in first.out.splitlines()[0]
    assert "queued" in first.out.splitlines()[2]
    early = octotui("replay", out, "--plain", "--at", "2001-01-01")
    assert early.out.split("  ")[1] == first.out.split("  ")[1]
    late = octotui("replay", out, "--plain", "--at", datetime(2999, 1, 1).isoformat())
    assert "✔ run-1 Ask first  succeeded" in late.out
    for wrong, told in (
        (("--event", 1000), "and no event 1000"),
        (("--at", "noon"), '--at takes a time such as "2026-11-23 03:00", not “noon”'),
        (("--at", "2001-01-01", "--event", 1), "--at and --event do not go together"),
    ):
        said = octotui("replay", out, "--plain", *wrong)
        assert (said.code, said.out) == (2, "")
        assert told in said.err
    assert octotui("replay", out, "--plain", "--event", 0).code == 2


def test_json_is_the_events_and_a_summary(octotui: Call, out: Path) -> None:
    lines = [json.loads(line) for line in octotui("replay", out, "--json").out.splitlines()]
    assert (lines[0]["type"], lines[1]["type"], lines[-2]["type"]) == ("ModelLoaded", "RunQueued", "RunEnded")
    assert lines[-1]["type"] == "Summary"
    assert lines[-1]["runs"][0]["state"] == "succeeded"
    some = [json.loads(line) for line in octotui("replay", out, "--json", "--event", 2).out.splitlines()]
    assert some[:-1] == lines[:3]
    assert some[-1]["runs"][0]["state"] == "executing"


def test_what_is_no_export_is_told_in_a_sentence(octotui: Call, out: Path) -> None:
    out.write_bytes(out.read_bytes()[:-50])
    said = octotui("replay", out, "--plain")
    assert (said.code, said.out) == (2, "")
    assert said.err == f"octotui: {out} is cut or damaged; export the run again\n"
    assert octotui("replay", out.parent / "nowhere", "--plain").code == 2


def test_without_a_terminal_it_says_what_does_without(
    octotui: Call, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = octotui("replay", out)
    assert (said.code, said.out) == (2, "")
    assert said.err == "octotui: the app needs a terminal; `octotui replay --plain` does without one\n"
    monkeypatch.setenv("ACCESSIBLE", "1")
    assert octotui("replay", out).code == 0


def test_in_a_terminal_keys_go_through_time_and_nothing_unpacked_stays(out: Path, tmp_path: Path) -> None:
    places = tmp_path / "temporary"
    places.mkdir()
    with Terminal("replay", out, columns=80, lines=24, TMPDIR=str(places)) as app:
        app.wait("Replay", "succeeded")
        assert [each.stat().st_mode & 0o777 for each in places.iterdir()] == [0o700]
        app.press("[")
        app.wait("asks anyone: May it go on?")
        app.press("{")
        app.wait(" 1/", "Ask first is queued")
        app.press("s", " ")
        app.wait("run-1  succeeded")
        app.child.kill(signal.SIGTERM)
        app.child.wait()
    assert not list(places.iterdir())


def test_r6_a_terminal_that_shows_no_screen_is_told_in_words(out: Path) -> None:
    with Terminal("replay", out, TERM="dumb") as terminal:
        assert terminal.left() == 0
        assert "✔ run-1 Ask first" in terminal.text
