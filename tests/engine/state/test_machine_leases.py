"""W12: leases of machines, and their workers in the model of a State."""

from msgspec.structs import replace

from octotui.engine.state import MachineLease, in_force
from octotui.engine.state.machine_leases import lease_name, with_machines
from octotui.model.space import Pool, Worker
from tests.leases import LeaseWorld, dynamic, hosted
from tests.world import script

LEASE = MachineLease(
    id="lease-1", name="n", pool="setup", worker="setup-1", terms=dynamic(), requested_at=1.0
)


def test_w12_only_a_machine_that_is_ready_is_selected() -> None:
    model = hosted({"go": [script("Work")]})
    there = replace(LEASE, endpoint="ssh://vm", phase="ready", ready_at=61.0)
    for phase, members, workers in (
        ("starting", (), {"setup-1"}),
        ("ready", ("setup-1",), {"setup-1"}),
        ("draining", (), {"setup-1"}),
        ("ending", (), set()),
    ):
        found = with_machines(model, {"lease-1": replace(there, phase=phase)})  # type: ignore[arg-type]
        assert found.pools["setup"].workers == members
        assert set(found.workers) == workers
    ending = replace(there, phase="ending")
    assert with_machines(with_machines(model, {"lease-1": there}), {"lease-1": ending}) == model
    assert there.took == 60.0


def test_w12_declared_workers_are_as_they_are_declared() -> None:
    model = replace(
        hosted({"go": [script("Work")]}),
        pools={"setup": Pool(name="Setup", dynamic=dynamic()), "more": Pool(name="More", workers=("w",))},
        workers={"w": Worker(name="W")},
    )
    there = replace(LEASE, endpoint="local", phase="ready", terms=dynamic(account="a", directory="/srv"))
    found = with_machines(model, {"lease-1": there})
    assert found.pools["more"].workers == ("w",)
    assert found.workers["w"] == Worker(name="W")
    assert found.workers["setup-1"] == Worker(name="setup-1", directory="/srv", unreachable_limit=600.0)


def test_w12_a_model_is_in_force_whatever_is_leased() -> None:
    model = hosted({"go": [script("Work")]})
    world = LeaseWorld(model)
    world.start("go")
    world.until(120)
    assert world.state.model != model
    assert in_force(world.state, model)
    assert not in_force(world.state, hosted({"go": [script("Other")]}))


def test_w12_names_are_unique_and_fit_for_containers_and_clouds() -> None:
    assert lease_name("my_Größe", 7, 1.5) == "octotui-my-r-e-lease-7-5dc"
    assert lease_name("ß", 1, 1.0).startswith("octotui-space-lease-1-")
    assert len(lease_name("a" * 60, 1_000_000, 9e9)) < 63
