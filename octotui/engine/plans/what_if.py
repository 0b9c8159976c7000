"""What if pools had other sizes, or the space another task cap: the State as it would be then."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from octotui.engine.commands import Refused
from octotui.engine.rules.worker_selection import not_eligible
from octotui.engine.state import State
from octotui.engine.state.machine_health import MachineHealth
from octotui.model.complaints import did_you_mean
from octotui.model.space import Model, Pool, Worker

MOST_WORKERS, MOST_CAP = 1000, 10_000


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """Other sizes of pools, by slug, and another task cap; None leaves it."""

    pools: dict[str, int] = {}
    task_cap: int | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether neither a pool nor the cap is named."""
        return not self.pools and self.task_cap is None


class PoolChange(msgspec.Struct, frozen=True, kw_only=True):
    """A pool of another size: the workers that are `added`, as copies, and those that are `left_out`.

    Of a dynamic one `size` is how many machines it leases at most.
    """

    pool: str
    before: int
    size: int
    added: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class ChangedSpace(msgspec.Struct, frozen=True):
    """A State that knows the machines of a changed model, which is still to be loaded; what is different."""

    state: State
    model: Model
    pools: tuple[PoolChange, ...] = ()
    task_cap: tuple[int, int] | None = None  # before and after


AS_IS = WhatIf()


def pool_size(pool: Pool) -> int:
    """Return the size of a pool: its workers, or the most machines that a dynamic one leases."""
    return len(pool.workers) if pool.dynamic is None else pool.dynamic.max


def changed_space(state: State, model: Model, what_if: WhatIf) -> ChangedSpace:
    """Return a model that is changed so, and a State to load it in.

    Added workers are copies of the first eligible worker of their pool, with its health and tools, but
    without packages. Those left out still end what they have begun. Raises Refused.
    """
    changes = []
    for slug, size in what_if.pools.items():
        _check_pool(model, slug, size)
        state, model, change = _resized(state, model, slug, size)
        if change.size != change.before:
            changes.append(change)
    before, cap = model.engine.task_cap, what_if.task_cap
    if cap is not None:
        _check_size("a task cap", cap, MOST_CAP)
        model = replace(model, engine=replace(model.engine, task_cap=cap))
    caps = None if cap is None or cap == before else (before, cap)
    return ChangedSpace(state, model, tuple(changes), caps)


def _check_pool(model: Model, slug: str, size: int) -> None:
    """Refuse a pool that is not declared, and a size that none can have."""
    if slug not in model.pools:
        hint = did_you_mean(slug, model.pools).rstrip(".")
        raise Refused(f"there is no pool “{slug}”{hint}")
    _check_size(f"pool {slug} with a size", size, MOST_WORKERS)


def _check_size(what: str, size: int, most: int) -> None:
    if not 1 <= size <= most:
        nothing = ", since nothing would run" if size == 0 else ""
        raise Refused(f"{what} of {size:,} cannot be tried{nothing}: give a number from 1 to {most:,}")


def _resized(state: State, model: Model, slug: str, size: int) -> tuple[State, Model, PoolChange]:
    """Return State and model with a pool of this size, and what changed."""
    pool = model.pools[slug]
    change = PoolChange(pool=slug, before=pool_size(pool), size=size)
    if pool.dynamic is not None:
        dynamic = replace(pool.dynamic, max=size, warm=min(pool.dynamic.warm, size))
        return state, _with_pool(model, slug, replace(pool, dynamic=dynamic)), change
    stay, left_out = pool.workers[:size], pool.workers[size:]
    original = _to_copy(state, model, pool)
    added = _names(model, original or slug, size - len(stay))
    workers = {name: _copy(model.workers.get(original), name) for name in added}
    model = replace(model, workers={**model.workers, **workers})
    state = _with_health(state, original, added)
    change = replace(change, added=added, left_out=left_out)
    return state, _with_pool(model, slug, replace(pool, workers=stay + added)), change


def _with_pool(model: Model, slug: str, pool: Pool) -> Model:
    return replace(model, pools={**model.pools, slug: pool})


def _to_copy(state: State, model: Model, pool: Pool) -> str:
    """Return the first eligible worker of a pool, or the first, or `""`."""
    present = replace(state, model=model)
    able = (each for each in pool.workers if not_eligible(present, each) is None)
    return next(able, next(iter(pool.workers), ""))


def _names(model: Model, original: str, count: int) -> tuple[str, ...]:
    """Return names for copies that no machine has: `copy-1-of-worker1`."""
    known: Mapping[str, object] = model.machines
    names: list[str] = []
    number = 0
    while len(names) < count:
        number += 1
        if (name := f"copy-{number}-of-{original}") not in known:
            names.append(name)
    return tuple(names)


def _copy(worker: Worker | None, name: str) -> Worker:
    """Return a worker like another one, which is enabled."""
    return replace(worker, name=name, enabled=True) if worker else Worker(name=name)


def _with_health(state: State, original: str, copies: tuple[str, ...]) -> State:
    """Return a State in which copies are as healthy, and have the tools that the original has."""
    health, machines = state.health, state.machines
    for name in copies:
        if original in health and health[original] in ("healthy", "has-warnings"):
            health = health.insert(name, health[original])
        if original in machines:
            machines = machines.insert(name, MachineHealth(facts=machines[original].facts))
    return replace(state, health=health, machines=machines)
