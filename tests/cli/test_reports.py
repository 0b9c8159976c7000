"""Rows about a space and lines about a run, as sentences or objects."""

import pytest

from tests.cli.conftest import OK, Call, Lived


def test_where_nothing_is_that_is_said(octotui: Call, write: Call, state) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    assert octotui("waits", model, "--state", state).out == (
        "nothing waits: no run is held up by a slot, lock, tag, retry, machine or question\n"
    )
    assert octotui("waits", model, "--json", "--state", state).out == ""


@pytest.mark.parametrize(
    ("run", "told"),
    [
        ("run-99", "octotui: there is no run run-99; the newest is run-5\n"),
        ("x", "octotui: “x” is not the id of a run: say one such as run-7\n"),
    ],
)
def test_what_is_no_run_is_told(octotui: Call, lived: Lived, run: str, told: str) -> None:
    model, *state = lived.at
    said = octotui("tree", model, run, *state)
    assert (said.code, said.err) == (2, told)
