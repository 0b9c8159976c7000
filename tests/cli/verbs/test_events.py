"""What happened, and happens, line by line; and the app for those who listen."""

import json
import os
import subprocess
from datetime import UTC
from pathlib import Path

import pytest

from octotui.views.text.clock_times import date_and_time
from tests.cli.conftest import OK, ROOT, Call, Lived, command, environment
from tests.cli.verbs.test_run import journaled
from tests.servers import holder


def test_they_are_those_of_the_journal(octotui: Call, write: Call, state: Path) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    lines = octotui("events", model, "--json", "--state", state).out.splitlines()
    found = [json.loads(line) for line in lines]
    assert found == journaled(state)
    later = octotui("events", model, "--since", 3, "--json", "--state", state).out.splitlines()
    assert len(later) == len(found) - 3
    told = octotui("events", "Small", "--state", state).out.splitlines()
    began, ended = (date_and_time(found[at]["at"]) for at in (0, -1))
    assert told[0] == f"{began}  the model of Small is loaded"
    assert told[-1] == f"{ended}  run-1  succeeded"
    in_utc = octotui("events", "Small", "--utc", "--state", state).out.splitlines()
    assert in_utc[0].startswith(date_and_time(found[0]["at"], UTC))


@pytest.mark.parametrize("since", [0, 2])
def test_followed_they_go_on_from_where_somebody_was(octotui: Call, lived: Lived, since: int) -> None:
    """Also from before the first event, which all that has happened comes after."""
    model, *state = lived.at
    call = command("events", model, "-f", "--since", since, "--json", *state)
    with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        first = json.loads(child.stdout.readline())
        assert first["seq"] == since + 1
        octotui("cancel", model, "run-2", *state)
        last = first
        while last["type"] != "RunCancelling":
            event = json.loads(child.stdout.readline())
            assert event["seq"] == last["seq"] + 1
            last = event
        child.terminate()


def test_plain_is_the_app_in_words(octotui: Call, lived: Lived) -> None:
    """For screen readers: lines are added, and none is ever changed."""
    model, *state = lived.at
    call = command(model, *state)
    with subprocess.Popen(
        call, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment(ACCESSIBLE="1")
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().startswith("Small: ")
        told = ""
        while "^C leaves, and runs continue" not in told:
            told += child.stdout.readline()
        assert "run-2, Ask first, asks" in told
        assert "of run-2 asks anyone: May it go on?; you may take it" in told
        assert "\x1b" not in told
        assert "\r" not in told
        octotui("cancel", model, "run-2", *state)
        assert child.stdout.readline().startswith("run-2  is being ended: cancelled by")
        os.kill(child.pid, 2)
        assert child.wait(10) == 130
    assert holder(lived.state / "small"), "the server is still there"
