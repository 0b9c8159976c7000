"""Rows about a space, as sentences or objects."""

from tests.cli.conftest import OK, Call


def test_where_nothing_is_that_is_said(octotui: Call, write: Call, state) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    assert octotui("waits", model, "--state", state).out == "nothing waits\n"
    assert octotui("waits", model, "--json", "--state", state).out == ""
