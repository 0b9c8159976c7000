"""Something about one run, in lines."""

import pytest

from tests.cli.conftest import Call, Lived


@pytest.mark.parametrize(
    ("run", "told"),
    [
        ("run-99", "octotui: there is no run run-99\n"),
        ("x", "octotui: “x” is not the id of a run: say one such as run-7\n"),
    ],
)
def test_what_is_no_run_is_told(octotui: Call, lived: Lived, run: str, told: str) -> None:
    model, *state = lived.at
    said = octotui("tree", model, run, *state)
    assert (said.code, said.err) == (2, told)
