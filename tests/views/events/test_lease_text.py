"""W12: events of machine leases as lines, and in the audit."""

from octotui.engine import commands
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.views.events import audit
from octotui.views.events.event_text import lines
from tests.leases import MINUTE, LeaseWorld, hosted
from tests.world import script


def played() -> LeaseWorld:
    world = LeaseWorld(hosted({"go": [script("Work")]}, idle=MINUTE))
    world.problems, world.unbroken = ["quota"], ["busy"]
    world.start("go")
    world.until(10 * MINUTE)
    world.send(commands.AdoptMachine(pool="setup", machine="vm-9", endpoint="ssh://nine", by="ann"))
    world.until(1)
    world.start("go")
    world.send(commands.DestroyMachine(lease="lease-2", by="ben"))
    world.until(10 * MINUTE)
    return world


def told(world: LeaseWorld) -> list[str]:
    state, said = State(), []
    for event in world.events:
        after = evolve(state, event)
        said += [each for each in lines(event, state, after, event.at) if each.startswith("lease-")]
        state = after
    return said


def test_w12_each_step_of_a_lease_is_a_sentence() -> None:
    assert told(played()) == [
        "lease-1  a machine of pool setup is being provisioned from ubuntu",
        "lease-1  provisioning failed: quota; it is tried again in 10s",
        "lease-1  is being provisioned again",
        "lease-1  vm-1 was provisioned, at ssh://vm-1; not reached yet",
        "lease-1  setup-1 is ready after 1m11s",
        "lease-1  setup-1 is being destroyed: no run has used it for 1m",
        "lease-1  it was not destroyed: busy; it is tried again in 10s",
        "lease-1  is being destroyed again",
        "lease-1  setup-1 was destroyed",
        "lease-2  ann gives vm-9 at ssh://nine to pool setup",
        "lease-2  setup-2 is ready after 0s",
        "lease-2  setup-2 is draining, and ends when no run uses it any more: destroyed by ben",
        "lease-2  setup-2 is being destroyed: destroyed by ben",
        "lease-2  setup-2 was destroyed",
    ]


def test_w12_i8_the_audit_has_who_adopted_and_destroyed() -> None:
    rows = [(each.what, each.user, each.text) for each in audit.rows(played().events) if not each.run]
    assert rows == [
        ("leased", "", "lease-1 for pool setup, of ubuntu"),
        ("ending", "", "lease-1: no run has used it for 1m"),
        ("undestroyed", "", "lease-1: busy"),
        ("destroyed", "", "lease-1"),
        ("adopted", "ann", "vm-9 at ssh://nine as lease-2 of pool setup"),
        ("draining", "ben", "lease-2: destroyed by ben"),
        ("ending", "ben", "lease-2: destroyed by ben"),
        ("destroyed", "", "lease-2"),
    ]
