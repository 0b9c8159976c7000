"""The allocation tree of a run."""

from tests.cli.conftest import Call, Lived


def test_the_tree_says_who_got_which_worker_and_why(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    assert octotui("tree", model, "run-1", *state).out.splitlines() == [
        "✔ run-1 ok  succeeded 0s",
        "one: first in setup",
        "└ ✔ Say hello  succeeded 0s",
    ]
