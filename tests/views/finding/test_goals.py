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
