"""W12: what a dynamic pool says of its machines."""

from msgspec.structs import replace

from octotui.model.machines.dynamic_pools import DynamicPool

POOL = DynamicPool(provider="container", image="ubuntu")


def test_w12_times_are_those_of_octopus() -> None:
    assert (POOL.idle, POOL.max_age, POOL.max, POOL.warm) == (3600.0, 72 * 3600.0, 1, 0)


def test_w12_a_machine_is_another_one_by_what_it_is_made_of_alone() -> None:
    assert replace(POOL, idle=1.0, warm=1, limit=5.0, destroy=("down",)).makes == POOL.makes
    for other in (
        replace(POOL, image="other"),
        replace(POOL, provider="command"),
        replace(POOL, provision=("up",)),
        replace(POOL, directory="/srv"),
    ):
        assert other.makes != POOL.makes
