"""Waits, and pools, in words."""

import json

from octotui.cli.waits import _pools, _waits
from tests import scenes
from tests.cli.conftest import OK, Call


def test_each_wait_says_who_is_truly_in_the_way() -> None:
    """L4."""
    scene = scenes.lock_wait()
    sentence, plain = next(iter(_waits(scene.state, scene.now)))
    assert "waits for" in sentence
    assert "is acquiring" in sentence
    assert plain["run"] == sentence.split()[0]
    assert plain["for"] in sentence


def test_pools_say_who_holds_what_and_how_many_wait() -> None:
    scene = scenes.lock_wait()
    told = [sentence for sentence, _ in _pools(scene.state, scene.now)]
    assert any("in line" in each for each in told)
    assert any("acquires" in each for each in told)


def test_where_nothing_is_that_is_said(octotui: Call, write: Call, state) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    assert octotui("waits", model, "--state", state).out == "nothing waits\n"
    assert octotui("waits", model, "--json", "--state", state).out == ""
    pools = octotui("pools", model, "--json", "--state", state).out.splitlines()
    assert json.loads(pools[1]) == {
        "pool": "setup",
        "worker": "one",
        "state": "idle",
        "doing": "idle",
        "leases": "",
        "waiting": 0,
    }
