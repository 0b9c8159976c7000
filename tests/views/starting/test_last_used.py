"""What an account has started last."""

from octotui.views.starting.last_used import NOTHING, LastUsed, last_used, used_first
from tests import scenes
from tests.ui.fake import FakeSession
from tests.world import World


def test_own_runs_count_of_the_state_and_of_records_the_latest_first(tmp_path):
    world = World(scenes.kraken())
    world.start("tame", environment="production", tenant="contoso")
    world.start("unleash")
    world.run_until(200)
    world.start("nightly", environment="test")
    session = FakeSession(scenes.Scene(world.state, world.now, world), tmp_path)
    used = last_used(world.state, session.recent(), "ann")
    assert [each.process for each in used.runs] == ["nightly", "unleash", "tame"]  # and no child runs
    assert [*used.processes()] == ["nightly", "unleash", "tame"]
    assert [*used.environments("tame")] == ["production", "test", ""]
    assert [*used.tenants("tame", "production")] == ["contoso", ""]
    assert last_used(world.state, session.recent(), "bob") == LastUsed()


def test_what_was_used_is_first_as_far_as_it_is_still_there():
    assert used_first(("a", "b", "c"), ("gone", "c", "b")) == ["c", "b", "a"]
    assert used_first(("a", "b"), NOTHING.processes()) == ["a", "b"]
