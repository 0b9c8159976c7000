"""The end of a server."""

import json

from tests.cli.conftest import Call, Lived
from tests.servers import gone, holder


def test_it_says_what_goes_on_and_what_waits(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    server = holder(lived.state / "small")
    said = octotui("stop", model, *state)
    assert said.code == 0
    assert said.out.splitlines() == [
        "run-4  “Sleep” continues on one",
        "4 open runs wait until the space is opened again",
    ]
    gone(server)
    assert octotui("stop", model, *state).out == "no server runs for this space\n"
    octotui("cancel", model, "run-4", *state)
    assert octotui("wait", model, "run-4", *state).code == 5
    assert octotui("wait", model, "run-5", *state).code == 0  # it had its turn
    stopped = json.loads(octotui("stop", "Small", "--json", *state).out)
    assert stopped["jobs"] == []
