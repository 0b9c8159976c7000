import pytest

from octotui.engine import commands
from octotui.engine.advance import advance
from octotui.engine.queries.known_values import resolve
from octotui.engine.queries.parse import parse
from octotui.views import summary
from octotui.views.queries.known import known_values
from octotui.views.queries.matching import matching
from tests.exported import tamed
from tests.leases import TAKES, LeaseWorld, hosted
from tests.scenes import SCENES
from tests.world import START, World, model, script


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("idle", "idle"),
        ("seed", "4 executing"),
        ("lock_wait", "3 executing · 1 waits for a lock"),
        ("asking", "1 executing · 1 asks"),
        ("guided", "1 asks"),
        ("queued", "2 executing · 3 queued"),
        ("many", "2 executing · 3 wait for a lock · 55 queued · 7 ask"),
    ],
)
def test_a_space_in_one_line(name, told):
    assert summary.text(SCENES[name]().state) == told


def test_what_is_counted_is_found_by_a_filter():
    """Each filter is one that can be typed, and finds as many runs as there are."""
    for name in ("seed", "lock_wait", "asking", "queued", "many"):
        state = SCENES[name]().state
        for count in summary.of(state):
            query = resolve(parse(count.filter, 0), known_values(state, {}))
            assert len(matching(state, {}, tuple(state.runs), query)) == int(count.text.split()[0]), count


def test_runs_whose_packages_are_being_chosen_are_not_idle():
    scene = SCENES["idle"]()
    state, _ = advance(scene.state, commands.StartRun(process="tame"), scene.now)
    assert summary.text(state) == "choosing packages"


def test_runs_that_wait_for_their_time_are_counted_by_themselves():
    """Q5: they are not in the queue yet."""
    world = World(model({"go": [script("A", time_limit=100.0)]}))
    world.start("go", not_before=START + 50)
    assert summary.text(world.state) == "1 scheduled"
    world.start("go")
    assert summary.text(world.state) == "1 executing · 1 scheduled"


def test_a_replay_in_which_all_has_ended_is_idle():
    assert summary.text(tamed().world.past) == "idle"


def test_w12_runs_that_wait_for_a_machine_do_not_execute():
    """W12, M1: nor do those whose machine is away."""
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.start("go")
    assert summary.text(world.state) == "1 waits for a machine"
    world.start("go")
    assert summary.text(world.state) == "2 wait for a machine"
    world.until(TAKES + 0.5)
    assert summary.text(world.state) == "2 executing"
    report = {"job": "job-1.1", "attempt": 1, "reason": "no route", "next_try": None}
    world.send(commands.ReportReachability(**report))
    assert summary.text(world.state) == "1 executing · 1 away"
