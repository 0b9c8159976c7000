"""What can be tried on a plan: a size of each pool, and the task cap, changed one at a time."""

from typing import NamedTuple

from msgspec.structs import replace

from octotui.engine.plans.start_plan import StartPlan
from octotui.engine.plans.what_if import MOST_CAP, MOST_WORKERS, WhatIf, pool_size
from octotui.model.space import Model

CAP = ""
"""The slug that stands for the task cap."""


class Knob(NamedTuple):
    """A pool, or the task cap: what it is now, and what is tried."""

    slug: str
    name: str
    before: int
    after: int

    @property
    def text(self) -> str:
        """Its name and number: `setup 3`, or `setup 3→5` where it is changed."""
        changed = f"→{self.after}" if self.after != self.before else ""
        return f"{self.name} {self.before}{changed}"


def knobs(model: Model, what_if: WhatIf) -> tuple[Knob, ...]:
    """Return the pools in declared order, and the task cap."""
    pools = [
        Knob(slug, slug, pool_size(pool), what_if.pools.get(slug, pool_size(pool)))
        for slug, pool in model.pools.items()
    ]
    cap = model.engine.task_cap
    return (*pools, Knob(CAP, "task cap", cap, cap if what_if.task_cap is None else what_if.task_cap))


def turned(model: Model, what_if: WhatIf, slug: str, by: int) -> WhatIf:
    """Return what is tried with one number changed by so much, within its bounds."""
    knob = next(each for each in knobs(model, what_if) if each.slug == slug)
    after = max(1, min(knob.after + by, MOST_WORKERS if slug != CAP else MOST_CAP))
    if slug == CAP:
        return replace(what_if, task_cap=None if after == knob.before else after)
    others = {name: size for name, size in what_if.pools.items() if name != slug}
    return replace(what_if, pools=others if after == knob.before else {**others, slug: after})


def first_pool(plan: StartPlan, model: Model) -> str:
    """Return the pool of the first worker of a plan, or that of the task cap where there is none."""
    workers = (each.worker for each in plan.steps if each.worker is not None)
    of = {worker: slug for slug, pool in reversed(model.pools.items()) for worker in pool.workers}
    return next((of[worker] for worker in workers if worker in of), next(iter(model.pools), CAP))
