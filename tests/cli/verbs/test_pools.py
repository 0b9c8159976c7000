"""Pools in words."""

import json

from octotui.cli.verbs.pools import _pools
from tests import scenes
from tests.cli.conftest import OK, Call


def test_pools_say_who_holds_what_and_how_many_wait() -> None:
    scene = scenes.lock_wait()
    told = [sentence for sentence, _ in _pools(scene.state, scene.now)]
    assert any("waits for its lock" in each for each in told)
    assert any("acquires" in each for each in told)


def test_each_worker_is_an_object(octotui: Call, write: Call, state) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    pools = octotui("pools", model, "--json", "--state", state).out.splitlines()
    assert json.loads(pools[1]) == {
        "pool": "setup",
        "worker": "one",
        "state": "idle",
        "doing": "idle",
        "health": "unknown",
        "reason": "",
        "leases": "",
        "waiting": 0,
        "leased_by": [],
        "held_by": [],
    }


def test_names_leave_those_alone_and_an_unknown_one_is_told_the_nearest(
    octotui: Call, write: Call, state
) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    assert octotui("pools", model, "two", "--state", state).out == "  two  idle\n"
    assert len(octotui("pools", model, "setup", "--state", state).out.splitlines()) == 4
    refused = octotui("pools", model, "setpu", "--state", state)
    assert (refused.code, 'did you mean "setup"?' in refused.err) == (2, True)
