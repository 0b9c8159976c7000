"""W12: the life of the machines of dynamic pools, in virtual time."""

import base64

import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.commands import Refused
from octotui.engine.decide.machines.machine_leases import LATE, SOON
from octotui.model.machines.accounts import Account
from octotui.model.machines.dynamic_pools import Image
from octotui.model.process import Simulate
from octotui.model.space import Pool, Target, Worker
from tests.engine.invariants import check_settled
from tests.leases import HOUR, MINUTE, TAKES, LeaseWorld, dynamic, hosted
from tests.world import manual, script

LONG = Simulate(takes=2 * HOUR)


def test_w12_a_lease_is_written_down_before_anything_is_provisioned() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    run = world.start("go")
    kinds = [type(each).__name__ for each in world.events]
    assert kinds[-2:] == ["RunAwaitsMachines", "MachineRequested"]
    world.until(TAKES + 5)
    assert world.ends()[run] == "succeeded"
    assert world.workers()[run] == {"Work": "setup-1"}
    assert world.leases == {"lease-1": "ready"}


def test_w12_an_idle_machine_is_destroyed_and_the_next_need_provisions_another() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}, idle=10 * MINUTE))
    world.start("go")
    world.until(5 * MINUTE)
    assert world.leases == {"lease-1": "ready"}
    world.until(10 * MINUTE)
    assert (world.leases, world.made) == ({}, {})
    assert [each.reason for each in world.happened(events.MachineToBeDestroyed)] == [
        "no run has used it for 10m"
    ]
    assert "setup-1" not in world.state.model.workers
    world.start("go")
    world.until(5 * MINUTE)
    assert world.workers() == {"run-1": {"Work": "setup-1"}, "run-2": {"Work": "setup-2"}}


def test_w12_use_extends_a_lease() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}, idle=10 * MINUTE))
    for _ in range(5):
        world.start("go")
        world.until(8 * MINUTE)
    assert world.leases == {"lease-1": "ready"}
    assert len(world.provisioned) == 1


def test_w12_the_oldest_age_ends_a_machine_but_never_in_the_middle_of_a_run() -> None:
    world = LeaseWorld(hosted({"go": [script("Work", simulate=LONG)]}, max_age=HOUR))
    first = world.start("go")
    world.until(1.5 * HOUR)
    assert world.leases == {"lease-1": "draining"}
    second = world.start("go")
    assert world.leases == {"lease-1": "draining", "lease-2": "requested"}
    world.until(0.7 * HOUR)
    assert world.ends()[first] == "succeeded"
    assert world.leases == {"lease-2": "ready"}
    assert world.workers()[second] == {"Work": "setup-2"}
    assert [each.reason for each in world.happened(events.MachineDraining)] == ["it is 1h old"]


def test_w12_a_machine_ends_after_the_pause_that_gives_it_back() -> None:
    """W12, W7: who answers late gets another machine."""
    world = LeaseWorld(hosted({"go": [script("Before"), manual("Ask"), script("After")]}, idle=10 * MINUTE))
    run = world.start("go")
    world.until(HOUR)
    assert world.leases == {}
    world.answer()
    world.until(5 * MINUTE)
    assert world.ends()[run] == "succeeded"
    assert world.workers()[run] == {"Before": "setup-1", "After": "setup-2"}


def test_w12_so_many_machines_are_kept_ready() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}, warm=2, max=3, idle=MINUTE, max_age=2 * HOUR))
    world.until(HOUR)
    assert world.leases == {"lease-1": "ready", "lease-2": "ready"}
    run = world.start("go")
    assert world.run(run).selection.picks, "it waits for no machine"
    world.until(1.2 * HOUR)
    assert sorted(world.leases.values()) == ["ready", "ready"]
    assert not world.leases.keys() & {"lease-1", "lease-2"}, "each is replaced when it is old"


def test_w12_where_runs_share_all_another_one_is_provisioned_up_to_the_maximum() -> None:
    """W12: not for a single run, which needs no more than it has."""
    world = LeaseWorld(hosted({"go": [script("Work", simulate=LONG)]}, max=2))
    first = world.start("go")
    world.until(2 * TAKES + 5)
    assert world.leases == {"lease-1": "ready"}
    world.start("go")
    assert world.leases == {"lease-1": "ready", "lease-2": "requested"}
    world.until(2 * TAKES)
    second = world.start("go")
    third = world.start("go")
    assert world.leases == {"lease-1": "ready", "lease-2": "ready"}
    assert world.workers()[first] == {"Work": "setup-1"}
    assert world.workers()[second] == {"Work": "setup-2"}
    assert world.workers()[third]
    assert len(world.provisioned) == 2


def test_w12_a_provider_that_fails_is_left_alone_longer_and_longer() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.problems = ["exit code 1: quota"] * 3
    run = world.start("go")
    world.until(30 * MINUTE)
    pauses = [each.due - each.at for each in world.happened(events.ProvisioningFailed) if each.due]
    assert pauses == [SOON, 2 * SOON, 4 * SOON]
    assert world.ends()[run] == "succeeded"
    assert len(world.provisioned) == 1
    assert world.lease().failures == 0


def test_w12_a_run_that_gets_no_machine_fails_after_the_limit_with_the_reason() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}, limit=20 * MINUTE))
    world.problems = ["exit code 1: quota"] * 1000
    run = world.start("go")
    world.until(HOUR)
    assert world.ends()[run] == "failed"
    said = world.run(run).reason
    assert said.startswith("pool setup has had no machine for 20m, its limit: provisioning failed ")
    assert said.endswith("times: exit code 1: quota")
    assert world.leases == {}, "nobody waits for it any more"
    assert world.made == {}
    assert max(each.due - each.at for each in world.happened(events.ProvisioningFailed) if each.due) <= LATE


def test_w12_a_run_that_waits_can_be_cancelled_and_its_machine_is_for_the_next() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    run = world.start("go")
    world.until(10)
    world.send(commands.CancelRun(run=run))
    assert world.ends()[run] == "cancelled"
    assert not len(world.state.awaiting)
    world.until(2 * MINUTE)
    assert world.leases == {"lease-1": "ready"}
    world.until(2 * HOUR)
    assert world.leases == {}


def test_w12_runs_share_the_one_machine_of_a_pool() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    runs = [world.start("go") for _ in range(3)]
    world.until(5 * MINUTE)
    assert {world.ends()[run] for run in runs} == {"succeeded"}
    assert len(world.provisioned) == 1


FIELDS = bytes((0, 0, 0, 11)) + b"ssh-ed25519" + bytes((0, 0, 0, 32)) + b"k" * 32
HOST_KEY = f"ssh-ed25519 {base64.b64encode(FIELDS).decode()}"
NO_ID = "its provider says no id of a machine, of 1 to 200 letters, digits and -_.:/@ in it"


@pytest.mark.parametrize(("said", "reason"), [
    (("", "ssh://vm"), NO_ID),
    (("x" * 201, "ssh://vm"), NO_ID),
    (("--all", "ssh://vm"), NO_ID),
    (("a\nb", "ssh://vm"), NO_ID),
    (("vm-9", "rubbish"), 'its provider says no endpoint such as "ssh://user@host:22"'),
    (("vm-9", f"ssh://{'a' * 1000}"), "its endpoint has more than 400 characters"),
    (
        ("vm-9", "local"),
        '"local" is this machine, which no pool leases: say a way such as "ssh://user@host:22"',
    ),
])  # fmt: skip
def test_w12_rubbish_is_not_taken_for_a_machine(said: tuple[str, str], reason: str) -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.said = [said]
    run = world.start("go")
    world.until(5 * MINUTE)
    assert [each.reason for each in world.happened(events.ProvisioningFailed)] == [reason]
    assert world.ends()[run] == "succeeded"


@pytest.mark.parametrize(("again", "endpoint"), [
    ("vm-9", "ssh://nine"), ("vm-9", "ssh://ten"), ("vm-10", "ssh://nine"), ("vm-10", "ssh://root@nine"),
    ("vm-10", "ssh://NINE"), ("vm-10", "ssh://nine:22"),
])  # fmt: skip
def test_w12_the_same_machine_is_not_taken_twice(again: str, endpoint: str) -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.said = [("vm-9", "ssh://nine"), (again, endpoint)]
    world.send(commands.LoadModel(hosted({"go": [script("Work")]}, warm=2, max=2)))
    world.until(5 * MINUTE)
    reasons = [each.reason for each in world.happened(events.ProvisioningFailed)]
    assert reasons == [f"{again} at {endpoint} is the machine of lease-1 already"]
    assert world.leases == {"lease-1": "ready", "lease-2": "ready"}
    assert world.lease(2).machine != again


@pytest.mark.parametrize("endpoint", ["ssh://old", "ssh://ann@Old:22", "ssh://shop:2222"])
def test_w12_what_the_model_declares_is_not_taken_for_a_machine(endpoint: str) -> None:
    declared = {"old": Worker(name="old", endpoint="ssh://old")}
    targets = {"shop": Target(name="shop", endpoint="ssh://deploy@shop:2222")}
    pools = {"setup": Pool(name="Setup", dynamic=dynamic()), "more": Pool(name="More", workers=("old",))}
    model = replace(hosted({"go": [script("Work")]}), pools=pools, workers=declared, targets=targets)
    world = LeaseWorld(model)
    world.said = [("vm-9", endpoint)]
    world.start("go")
    world.until(2 * MINUTE)
    reasons = [each.reason for each in world.happened(events.ProvisioningFailed)]
    slug = "shop" if "shop" in endpoint else "old"
    assert reasons == [f"vm-9 at {endpoint} is {slug} of the model already"]


def test_w12_a_machine_that_never_answers_is_destroyed() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}, timeout=5 * MINUTE, limit=30 * MINUTE))
    world.health = "unavailable"
    run = world.start("go")
    world.until(8 * MINUTE)
    assert world.leases == {"lease-2": "starting"}
    assert [each.reason for each in world.happened(events.MachineToBeDestroyed)] == [
        "it was not ready within 5m: why"
    ]
    world.health = "healthy"
    world.until(2 * MINUTE)
    assert world.ends()[run] == "succeeded"
    assert len(world.made) == 1


def test_w12_a_machine_that_answers_late_is_used() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.health = "unavailable"
    run = world.start("go")
    world.until(TAKES + 30)
    assert len(world.happened(events.MachineChecked)) >= 4, "it is looked for at once"
    world.health = "healthy"
    world.until(MINUTE)
    assert world.ends()[run] == "succeeded"


def test_w12_a_machine_that_was_not_destroyed_is_tried_again_and_counts_until_then() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}, idle=MINUTE))
    world.unbroken = ["exit code 1: no"] * 3
    world.start("go")
    world.until(TAKES + 2 * MINUTE)
    assert world.leases == {"lease-1": "ending"}
    assert (world.lease().failures, world.lease().problem) == (3, "exit code 1: no")
    run = world.start("go")
    assert world.leases == {"lease-1": "ending"}, "it is there, and costs"
    world.until(5 * MINUTE)
    assert world.ends()[run] == "succeeded"
    assert world.workers()[run] == {"Work": "setup-2"}


def test_w12_the_machines_of_a_pool_that_is_gone_are_destroyed() -> None:
    world = LeaseWorld(hosted({"go": [script("Work", simulate=LONG)]}))
    run = world.start("go")
    world.until(5 * MINUTE)
    gone = hosted({"go": [script("Work")]}, more={"pools": {}})
    world.send(commands.LoadModel(gone))
    assert world.leases == {"lease-1": "draining"}, "a run uses it"
    world.until(3 * HOUR)
    assert world.ends()[run] == "succeeded"
    assert (world.leases, world.made) == ({}, {})


def test_w12_a_run_that_waits_fails_where_its_pool_is_gone() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    run = world.start("go")
    world.send(commands.LoadModel(hosted({"go": [script("Work")]}, more={"pools": {}})))
    assert world.ends()[run] == "failed"
    assert "pool setup is not in the model any more" in world.run(run).reason
    world.until(MINUTE)
    assert (world.leases, world.made) == ({}, {})


def test_w12_another_image_is_for_the_next_machine() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.start("go")
    world.until(5 * MINUTE)
    world.send(commands.LoadModel(hosted({"go": [script("Work")]}, image="newer")))
    world.until(MINUTE)
    assert world.leases == {}
    world.start("go")
    assert world.lease(2).terms.image == "newer"


def test_w12_other_times_hold_for_machines_that_are_there() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.start("go")
    world.until(5 * MINUTE)
    world.send(commands.LoadModel(hosted({"go": [script("Work")]}, idle=2 * MINUTE)))
    world.until(MINUTE)
    assert world.leases == {}


def test_w12_the_default_pool_that_is_dynamic_never_falls_back_to_the_built_in_worker() -> None:
    """W12, W3."""
    pools = {"setup": Pool(name="Setup", default=True, dynamic=dynamic())}
    world = LeaseWorld(hosted({"go": [script("Work", pool=None)]}, more={"pools": pools}))
    run = world.start("go")
    assert not world.run(run).selection.picks
    world.until(5 * MINUTE)
    assert world.workers()[run] == {"Work": "setup-1"}


def test_w12_an_unhealthy_machine_is_replaced() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.start("go")
    world.until(5 * MINUTE)
    world.health = "unhealthy"
    world.send(commands.CheckHealth(machines=("setup-1",)))
    world.until(1)
    world.health = "healthy"
    run = world.start("go")
    world.until(5 * MINUTE)
    assert world.workers()[run] == {"Work": "setup-2"}
    assert world.happened(events.MachineToBeDestroyed)[0].reason == "it is unhealthy: why"


def test_w12_a_person_destroys_a_machine_which_a_run_may_finish_with() -> None:
    world = LeaseWorld(hosted({"go": [script("Work", simulate=LONG)]}))
    run = world.start("go")
    world.until(5 * MINUTE)
    world.send(commands.DestroyMachine(lease="setup-1", by="ann"))
    assert world.leases == {"lease-1": "draining"}
    with pytest.raises(Refused, match="ends already"):
        world.send(commands.DestroyMachine(lease="lease-1"))
    with pytest.raises(Refused, match="no machine lease “lease-9”"):
        world.send(commands.DestroyMachine(lease="lease-9"))
    world.until(3 * HOUR)
    assert world.ends()[run] == "succeeded"
    assert world.leases == {}
    assert world.happened(events.MachineDraining)[0].by == "ann"


def test_w12_who_destroys_a_machine_again_does_not_wait_for_the_next_try() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}, warm=0))
    world.unbroken = ["no"]
    world.start("go")
    world.until(5 * MINUTE)
    world.send(commands.DestroyMachine(lease="lease-1"))
    with pytest.raises(Refused, match="being destroyed already"):
        world.send(commands.DestroyMachine(lease="lease-1"))
    world.until(2)
    assert world.lease().problem == "no"
    world.send(commands.DestroyMachine(lease="lease-1"))
    world.until(2)
    assert world.leases == {}


def test_w12_a_machine_that_is_there_is_adopted() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.send(commands.AdoptMachine(pool="setup", machine="vm-7", endpoint="ssh://seven", by="ann"))
    world.until(1)
    assert world.leases == {"lease-1": "ready"}
    run = world.start("go")
    world.until(MINUTE)
    assert world.workers()[run] == {"Work": "setup-1"}
    assert not world.provisioned
    for pool, machine, endpoint, reason in (
        ("setup", "vm-7", "ssh://eight", "is the machine of lease-1 already"),
        ("setup", "vm-8", "ssh://root@SEVEN:22", "is the machine of lease-1 already"),
        ("setup", "vm-8", "rubbish", "no endpoint"),
        *(
            ("setup", each, "ssh://eight", "no id of a machine")
            for each in ("--all", "-f", "a b", "", "x" * 201)
        ),
        ("setup", "vm-8", "local", "this machine, which no pool leases"),
        ("other", "vm-8", "ssh://eight", "no dynamic pool “other”"),
    ):
        with pytest.raises(Refused, match=reason):
            world.send(commands.AdoptMachine(pool=pool, machine=machine, endpoint=endpoint))


def test_w12_another_reference_of_the_image_ends_its_machines() -> None:
    before = hosted({"go": [script("Work")]}, more={"images": {"ubuntu": Image(name="U", reference="ami-1")}})
    world = LeaseWorld(before)
    world.start("go")
    world.until(5 * MINUTE)
    for image, leases in (
        (Image(name="V", reference="ami-1", deprecated="2027-01-01"), {"lease-1": "ready"}),
        (Image(name="V", reference="ami-2"), {"lease-1": "ending"}),
    ):
        world.send(commands.LoadModel(replace(before, images={"ubuntu": image})))
        assert world.leases == leases
    world.until(5)
    world.start("go")
    assert world.lease(2).reference == "ami-2"


def test_w12_a_copy_of_a_space_forgets_its_machines_and_ends_what_uses_them() -> None:
    long = Simulate(takes=5 * HOUR)
    world = LeaseWorld(hosted({"go": [script("Work", simulate=long), script("More")]}, max=2))
    run = world.start("go")
    world.until(5 * MINUTE)
    assert world.leases["lease-1"] == "ready"
    destroyed = len(world.happened(events.MachineToBeDestroyed))
    world.send(commands.ForgetMachines("it is another space's"))
    assert "lease-1" not in world.leases
    assert world.run(run).state == "cancelled"
    assert not world.happened(events.JobStopping)
    assert len(world.happened(events.MachineToBeDestroyed)) == destroyed
    again = world.start("go")
    world.until(5 * MINUTE)
    assert world.workers()[again]["Work"] != "setup-1"


def test_w12_m1_an_adopted_machine_has_its_host_key_pinned_for_its_lease() -> None:
    key = HOST_KEY
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    adopt = commands.AdoptMachine(pool="setup", machine="vm-7", endpoint="ssh://seven", by="ann")
    for endpoint, said, reason in (
        ("ssh://seven", "rubbish", "the request says no host_key such as"),
        ("ssh://seven", key[:-12] + "AAAA", "the request says no host_key such as"),
        ("kubectl://staging/build/vm", key, "which an endpoint that is not reached by SSH does not have"),
    ):
        with pytest.raises(Refused, match=reason):
            world.send(replace(adopt, endpoint=endpoint, host_key=said))
    world.send(replace(adopt, host_key=key))
    assert world.lease().host_key == key
    assert world.state.model.workers["setup-1"].host_key == key


@pytest.mark.parametrize(
    ("machine", "endpoint", "reason"),
    [
        ("\x1b", "ssh://seven", "the request says no id of a machine"),
        ("vm", "\x1b", "the request says no endpoint"),
    ],
)
def test_w12_what_a_person_says_is_not_said_to_be_the_provider_s(
    machine: str, endpoint: str, reason: str
) -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    with pytest.raises(Refused, match=reason):
        world.send(commands.AdoptMachine(pool="setup", machine=machine, endpoint=endpoint, by="ann"))


def test_w12_no_machine_is_adopted_past_the_maximum() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}, max=1))
    world.send(commands.AdoptMachine(pool="setup", machine="vm-7", endpoint="ssh://seven", by="ann"))
    with pytest.raises(Refused, match="pool setup has as many machines as it may: max = 1"):
        world.send(commands.AdoptMachine(pool="setup", machine="vm-8", endpoint="ssh://eight", by="ann"))


def test_w12_an_adopted_container_is_named_by_its_endpoint() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}, provider="container"))
    with pytest.raises(Refused, match="its endpoint is container:// and its id"):
        world.send(commands.AdoptMachine(pool="setup", machine="mine", endpoint="container://theirs"))
    world.send(commands.AdoptMachine(pool="setup", machine="mine", endpoint="container://mine"))
    assert world.lease().machine == "mine"


def test_w12_reports_on_leases_that_wait_for_none_are_stale() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.start("go")
    world.until(5 * MINUTE)
    assert not world.send(commands.ReportMachine(lease="lease-1", machine="vm-8", endpoint="ssh://eight"))
    assert not world.send(commands.ReportMachine(lease="lease-7", problem="no"))
    assert not world.send(commands.ReportDestroyed(lease="lease-1"))
    check_settled(world.state, 5)


def test_w12_a_lost_machine_is_destroyed() -> None:
    """W12, M6."""
    world = LeaseWorld(hosted({"go": [script("Work", simulate=LONG)]}, unreachable_limit=30.0))
    run = world.start("go")
    world.until(5 * MINUTE)
    world.health = "unavailable"
    world.send(commands.CheckHealth(machines=("setup-1",)))
    world.until(5 * MINUTE)
    assert world.ends()[run] == "failed"
    assert (world.leases, world.made) == ({}, {})


def test_w5_w12_leases_are_in_the_order_of_their_requests() -> None:
    """W5, W12: setup-10 after setup-2, and in no order of hashes."""
    world = LeaseWorld(hosted({"go": [script("Work")]}, warm=12, max=12))
    world.until(100)
    expected = tuple(f"setup-{number}" for number in range(1, 13))
    assert world.state.model.pools["setup"].workers == expected
    world.send(commands.LoadModel(hosted({"go": [script("Work")]}, warm=12, max=12, image="other")))
    ended = [each.lease for each in world.happened(events.MachineToBeDestroyed)]
    assert ended == [f"lease-{number}" for number in range(1, 13)]


def test_w12_a_worker_that_the_model_declares_by_the_name_of_a_lease_wins() -> None:
    model = hosted({"go": [script("Work", simulate=LONG)], "other": [script("Work", pool="st")]})
    world = LeaseWorld(model)
    first = world.start("go")
    world.until(TAKES + 5)
    declared = Worker(name="mine", endpoint="ssh://mine")
    pools = {**model.pools, "st": Pool(name="St", workers=("setup-1",))}
    world.send(commands.LoadModel(replace(model, pools=pools, workers={"setup-1": declared})))
    assert world.state.model.workers == {"setup-1": declared}
    assert world.state.model.pools["setup"].workers == ()
    assert world.leases == {"lease-1": "draining"}
    assert world.lease().reason == "the model declares a machine setup-1 itself"
    world.start("go")
    assert world.lease(2).worker == "setup-2"
    world.until(3 * HOUR)
    assert world.ends()[first] == "succeeded"
    assert "lease-1" not in world.leases
    assert world.state.model.workers["setup-1"] == declared
    other = world.start("other")
    world.until(5)
    assert world.workers()[other] == {"Work": "setup-1"}


def test_w12_a_requested_machine_whose_name_the_model_takes_is_not_provisioned() -> None:
    model = hosted({"go": [script("Work")]})
    world = LeaseWorld(model)
    world.start("go")
    pools = {**model.pools, "st": Pool(name="St", workers=("setup-1",))}
    world.send(commands.LoadModel(replace(model, pools=pools, workers={"setup-1": Worker(name="mine")})))
    assert world.leases == {"lease-1": "ending"}
    world.until(TAKES + 5)
    assert world.leases == {"lease-2": "ready"}
    assert world.ends()["run-1"] == "succeeded"


def test_w12_a_reload_changes_how_machines_are_checked_and_lost_and_not_how_they_are_reached() -> None:
    """W12, M5, M6: the account that is gone from the model stays with the machine that is used by it."""
    steps = [script("Work", simulate=LONG)]
    old = {"accounts": {"cloud": Account(user="u")}}
    world = LeaseWorld(hosted({"go": steps}, account="cloud", policy="p1", more=old))
    run = world.start("go")
    world.until(TAKES + 5)
    new = {"accounts": {"other": Account(user="v")}}
    terms = {"account": "other", "policy": "p2", "unreachable_limit": 5.0}
    world.send(commands.LoadModel(hosted({"go": steps}, more=new, **terms)))
    worker = world.state.model.workers["setup-1"]
    assert (worker.account, worker.policy, worker.unreachable_limit) == ("cloud", "p2", 5.0)
    assert world.state.model.endpoint_of("setup-1").account == Account(user="u")
    world.until(3 * HOUR)
    assert world.ends()[run] == "succeeded"
    world.send(commands.LoadModel(hosted({"go": steps}, more=new, **terms)))
    assert list(world.state.model.accounts) == ["other"]


def test_w12_a_run_that_waits_follows_the_limit_of_a_reloaded_model() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.problems = ["no"] * 1000
    run = world.start("go")
    world.until(10)
    world.send(commands.LoadModel(hosted({"go": [script("Work")]}, limit=10 * HOUR)))
    world.until(2 * HOUR)
    assert world.ends()[run] == "executing"
    world.send(commands.LoadModel(hosted({"go": [script("Work")]}, limit=3 * HOUR)))
    world.until(HOUR)
    assert world.ends()[run] == "failed"
    assert "has had no machine for 3h" in world.run(run).reason


def test_w12_a_host_key_is_of_the_lease_and_forgotten_with_it() -> None:
    """W12: also where the machine is provisioned again; one that is none is why it is no machine."""
    key = HOST_KEY
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.start("go")
    about = {"lease": "lease-1", "machine": "vm-1", "endpoint": "ssh://vm-1"}
    world.send(commands.ReportMachine(**about, host_key="rubbish"))
    assert world.lease().phase == "requested"
    assert "its provider says no host_key such as" in world.lease().problem
    world.send(commands.ReportMachine(**about, host_key=key))
    assert (world.lease().phase, world.lease().host_key) == ("starting", key)
    assert world.state.model.endpoint_of("setup-1").host_key == key
    world.send(commands.DestroyMachine(lease="lease-1"))
    world.until(10)
    assert "lease-1" not in world.state.machine_leases
    assert world.state.model.endpoint_of("setup-1").host_key == ""


def _checked_as_gone(world: LeaseWorld) -> None:
    world.send(commands.CheckHealth(machines=("setup-1",)))
    reason = "there is no container octotui-lease-1"
    world.send(commands.ReportCheck(machine="setup-1", health="unavailable", reason=reason, gone=True))


def test_m6_w12_what_runs_on_a_machine_that_is_gone_is_lost_at_once() -> None:
    model = hosted({"go": [script("Work", simulate=LONG)]})
    pools = {"setup": replace(model.pools["setup"], on_lost_worker="wait")}
    world = LeaseWorld(replace(model, pools=pools))
    run = world.start("go")
    world.until(TAKES + 5)
    _checked_as_gone(world)
    assert world.ends()[run] == "failed"
    assert world.run(run).reason.endswith("setup-1 is lost: there is no container octotui-lease-1")
    assert world.leases == {"lease-1": "ending"}
    other = world.start("go")
    world.until(TAKES + 5)
    assert world.workers()[other] == {"Work": "setup-2"}


def test_m6_w12_a_run_that_is_being_cancelled_on_a_machine_that_is_gone_ends() -> None:
    world = LeaseWorld(hosted({"go": [script("Work", simulate=LONG)]}))
    run = world.start("go")
    world.until(TAKES + 5)
    world.running.clear()  # nobody reports its end
    world.send(commands.CancelRun(run=run))
    assert world.ends()[run] == "cancelling"
    _checked_as_gone(world)
    assert world.ends()[run] == "cancelled"


def test_w12_nobody_waits_for_a_machine_of_a_dynamic_pool_that_is_lost() -> None:
    """W12, M6: it is replaced, whatever its pool says of workers that may come back."""
    model = hosted({"go": [script("Work", simulate=LONG), script("Tidy", condition="always")]})
    pools = {"setup": replace(model.pools["setup"], on_lost_worker="wait")}
    world = LeaseWorld(replace(model, pools=pools))
    run = world.start("go")
    world.until(TAKES + 5)
    _checked_as_gone(world)
    assert world.ends()[run] == "failed"


def test_m6_w12_a_machine_that_does_not_answer_for_ten_minutes_is_lost() -> None:
    world = LeaseWorld(hosted({"go": [script("Work", simulate=LONG)]}))
    run = world.start("go")
    world.until(TAKES + 5)
    world.health = "unavailable"
    world.send(commands.CheckHealth(machines=("setup-1",)))
    world.until(9 * MINUTE)
    assert world.ends()[run] == "executing"
    world.until(2 * MINUTE)
    assert world.ends()[run] == "failed"
    assert "lease-1" not in world.leases


def test_w12_a_machine_that_is_destroyed_now_loses_what_runs_there() -> None:
    world = LeaseWorld(hosted({"go": [script("Work", simulate=LONG)]}))
    run = world.start("go")
    world.until(TAKES + 5)
    world.send(commands.DestroyMachine(lease="lease-1", by="ann"))
    assert world.leases == {"lease-1": "draining"}
    with pytest.raises(Refused, match="--now loses what runs there"):
        world.send(commands.DestroyMachine(lease="lease-1", by="ann"))
    world.send(commands.DestroyMachine(lease="lease-1", now=True, by="ann"))
    assert world.run(run).reason.endswith("setup-1 is lost: destroyed by ann")
    assert world.leases == {"lease-1": "ending"}
    world.until(5)
    assert (world.leases, world.made) == ({}, {})


def test_m6_w12_a_machine_that_was_not_reached_yet_is_not_lost() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    world.health = "unavailable"
    world.start("go")
    world.until(TAKES)
    _checked_as_gone(world)
    assert world.leases == {"lease-1": "starting"}
    assert not world.happened(events.MachineLost)
