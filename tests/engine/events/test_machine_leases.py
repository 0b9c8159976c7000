"""Events of machine leases as the journal keeps them."""

from typing import get_args

import msgspec
import pytest

from octotui.engine import events
from octotui.engine.events import AnyEvent, MachineLeaseEvent
from tests.leases import dynamic

OF_ALL = {"number": 1, "name": "n", "pool": "p", "worker": "p-1", "terms": dynamic(cost="1 EUR")}
EXAMPLES = (
    events.MachineRequested(lease="lease-1", **OF_ALL),  # type: ignore[arg-type]
    events.MachineAdopted(lease="lease-1", machine="vm", endpoint="ssh://vm", due=1.0, by="ann", **OF_ALL),  # type: ignore[arg-type]
    events.ProvisioningFailed(lease="lease-1", reason="quota", due=2.0),
    events.ProvisioningRetried(lease="lease-1"),
    events.MachineProvisioned(lease="lease-1", machine="vm", endpoint="ssh://vm", due=2.0),
    events.MachineReady(lease="lease-1", due=2.0),
    events.MachineDue(lease="lease-1", due=2.0, idle_since=1.0),
    events.MachineDraining(lease="lease-1", reason="old", by="ann", origin="tty"),
    events.MachineToBeDestroyed(lease="lease-1", reason="old"),
    events.DestroyFailed(lease="lease-1", reason="busy", due=2.0),
    events.DestroyRetried(lease="lease-1"),
    events.MachineDestroyed(lease="lease-1"),
)


def test_there_is_an_example_of_each() -> None:
    assert {type(each) for each in EXAMPLES} == set(get_args(MachineLeaseEvent))


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda each: type(each).__name__)
def test_r2_an_event_comes_back_from_its_json(event: MachineLeaseEvent) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=AnyEvent) == event
