"""What can be started, by name."""

from itertools import islice

import pytest

from octotui.engine.commands import StartRun
from octotui.engine.state import State
from octotui.views.finding import startable as module
from octotui.views.finding.startable import startable, tenant_named
from tests.engine.shop import release, shop
from tests.scenes import kraken
from tests.world import World


def test_each_runbook_in_each_environment():
    each = {item.text: item.start for item in startable(State(model=kraken()), "ann")}
    start = each["start Tame the kraken in Production"].command
    assert start == StartRun(process="tame", environment="production", requester="ann")
    assert each["start Tame the kraken"].command.environment is None
    (first, *_) = startable(State(model=kraken()), "ann", "contoso")
    assert first.text.endswith("for Contoso")
    assert first.start.command.tenant == "contoso"


def test_projects_are_deployed_with_their_newest_release_or_as_they_are():
    world = World(shop())
    (text,) = [each.text for each in startable(world.state, "ann") if "Production" in each.text][:1]
    assert text.endswith("as it is now")
    release(world, version="1.0")
    release(world, version="1.1")
    item = next(each for each in startable(world.state, "ann") if "Production" in each.text)
    assert " 1.1 in Production" in item.text
    assert item.start.command.release == "1.1"


def test_a_tenant_is_named_at_the_end():
    state = State(model=kraken())
    assert tenant_named(state, "start tame for Contoso") == ("start tame", "contoso")
    assert tenant_named(state, "start tame for cont") == ("start tame", "contoso")
    assert tenant_named(state, "wait for it") == ("wait for it", None)
    assert tenant_named(state, "start tame for ") == ("start tame for ", None)


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST", 7)
    assert len([*islice(startable(State(model=kraken()), "ann"), 100)]) == 7
