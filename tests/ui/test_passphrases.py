"""M1: which keys are told of and asked for."""

from octotui.engine.commands import CheckHealth, GivePassphrase, ReportCheck
from octotui.ui.passphrases import FIELD, LockedKeyNotices, chosen_key, command
from tests.world import World, model, script

DEPLOY, OTHER = "~/.ssh/deploy", "~/.ssh/other"


def lock(world: World, machine: str, key: str) -> None:
    world.send(CheckHealth(machines=(machine,)))
    world.send(ReportCheck(machine=machine, health="unavailable", reason="locked", locked_key=key))


def test_m1_r12_each_key_is_told_of_once_until_it_is_given() -> None:
    world, told = World(model({"go": [script("A")]})), list[str]()
    notices = LockedKeyNotices(told.append, lambda: "f5")
    notices.check(world.state)
    assert chosen_key(world.state, None) is None
    lock(world, "worker2", OTHER)
    notices.check(world.state)
    lock(world, "worker1", OTHER)
    lock(world, "worker3", DEPLOY)
    notices.check(world.state)
    assert told == [
        f"worker2 waits for the passphrase of {OTHER}: f5 gives it",
        f"worker3 waits for the passphrase of {DEPLOY}: f5 gives it",
    ]
    assert [chosen_key(world.state, each) for each in (None, "worker2", "worker3")] == [OTHER, OTHER, DEPLOY]
    world.send(command(OTHER, {FIELD: "battery staple"}, "ann"))
    notices.check(world.state)
    lock(world, "worker1", OTHER)
    notices.check(world.state)
    assert told[2:] == [f"worker1 waits for the passphrase of {OTHER}: f5 gives it"]


def test_v5_what_was_typed_is_what_is_given() -> None:
    assert command(DEPLOY, {FIELD: " horse "}, "ann") == GivePassphrase(
        key=DEPLOY, passphrase=" horse ", by="ann"
    )
