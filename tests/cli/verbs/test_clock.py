"""R7: whether the clock of a machine was set, from the command line."""

import json

from tests.cli.conftest import Call, Lived


def test_r7_a_clock_is_asked_about_and_confirmed(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    assert octotui("clock", model, *state).out == "the clock of this machine has not jumped\n"
    plain = octotui("clock", model, "--confirm", "--json", *state)
    assert json.loads(plain.out) == {"type": "Clock", "trouble": ""}
    assert next(lived.state.glob("*/clock.json")).stat().st_mode & 0o777 == 0o600
    octotui("stop", model, *state)
    nobody = octotui("clock", model, *state)
    assert (nobody.code, nobody.err) == (
        2,
        "octotui: no server runs for this space: the clock is checked when the space is opened\n",
    )
