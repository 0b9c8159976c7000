"""What can be gone to, by name."""

import pytest

from octotui.views.finding import goals as module
from octotui.views.finding.goals import Goal, goals
from tests import scenes
from tests.engine.shop import shop
from tests.ui.fake import FakeSession
from tests.world import World


def test_runs_open_and_ended_and_places(tmp_path):
    scene = scenes.lock_wait()
    session = FakeSession(scene, tmp_path)
    each = [*goals(scene.state, session.recent())]
    assert Goal("pool", "west", "go to pool West US (west)") in each
    assert Goal("worker", "worker1", "go to worker worker1") in each
    assert Goal("environment", "test", "go to environment Test") in each
    assert Goal("run", "run-7", "go to run-7 Tame the kraken") in each
    assert Goal("run", "run-2", "go to run-2 Create AWS RDS in development") in each
    assert len({goal for goal in each if goal.kind == "run"}) == len(
        [goal for goal in each if goal.kind == "run"]
    )
    projects = [goal for goal in goals(World(shop()).state, ()) if goal.kind == "project"]
    assert projects[0].key == "shop"


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST", 3)
    assert len([*goals(scenes.seed().state, ())]) == 3


def test_a_run_that_is_not_among_the_newest_is_found_by_its_number():
    scene = scenes.lock_wait()

    def older(query: str) -> list[str]:
        return [
            goal.key for goal in goals(scene.state, (), query) if goal.kind == "run" and goal.key == "run-2"
        ]

    assert older("run-2") == older("go to run-2") == older("2") == older("go 2 ") == ["run-2"]
    assert older("run-22") == older("run-02x") == older("0") == older("9" * 500) == []
    assert [goal.key for goal in goals(scene.state, (), "run-7")].count("run-7") == 1
    assert not [goal for goal in goals(scene.state, (), "run-99") if goal.key == "run-99"]
