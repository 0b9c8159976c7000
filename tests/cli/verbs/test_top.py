"""Runs brought forward from the command line."""

from octotui.runtime.server.peer_credentials import this_account
from tests.cli.conftest import Call, Lived


def test_a_queued_run_is_moved_to_the_top(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    top = octotui("top", model, "run-5", *state)
    assert (top.code, top.out) == (0, f"run-5  is moved to the top by {this_account()}\n")
