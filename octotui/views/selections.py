"""Reasons of selections of workers, in words (W6, W8)."""

from octotui.engine.rules.container_images import acquired_image
from octotui.engine.state import Pick, Run
from octotui.model.space import BUILT_IN, Model
from octotui.views.labels import counted, listed, machine_name, short_digest


def why(pick: Pick, model: Model) -> str:
    """Return a short reason: `next after worker3 in setup`, `first in setup, skipping worker1 (disabled)`."""
    if pick.policy == BUILT_IN:
        return f"the built-in worker: {pick.pool} has none of its own"
    if pick.leases is not None:
        reason = f"{counted(pick.leases, 'lease')}, the fewest in {pick.pool}"
    elif pick.cursor_before == pick.worker:
        reason = f"the only eligible worker in {pick.pool}"
    elif pick.cursor_before is None:
        reason = f"first in {pick.pool}"
    else:
        reason = f"next after {machine_name(model, pick.cursor_before)} in {pick.pool}"
    return reason + past(pick, model)


def past(pick: Pick, model: Model) -> str:
    """Return the rejected workers with reasons, or "": `, skipping worker1 (disabled)`."""
    if not pick.rejected:
        return ""
    return ", skipping " + listed(
        (f"{machine_name(model, each.worker)} ({each.reason})" for each in pick.rejected), most=4
    )


def at_length(run: Run, pick: Pick, model: Model) -> str:
    """Return the whole reason as a sentence, with its steps and its lease key."""
    steps = listed((f"“{run.runbook.steps[each].name}”" for each in pick.all_steps), most=4)
    return (
        f"{machine_name(model, pick.worker)} for {steps}: {why(pick, model)} ({_rule(pick)}){_key(run, pick)}"
    )


def _rule(pick: Pick) -> str:
    if pick.policy == BUILT_IN:
        return "the default pool has no members"
    if pick.leases is not None:
        return pick.policy
    return f"{pick.policy}, cursor {pick.cursor_before or 'at the start'} → {pick.cursor_after}"


def _key(run: Run, pick: Pick) -> str:
    parts = []
    if pick.packages:
        parts.append("packages " + ", ".join(pick.packages))
    if pick.container:
        image, digest = acquired_image(run, pick.all_steps[0], pick.worker)
        parts.append(f"container {image}{short_digest(digest)}")
    if len(pick.all_steps) > 1 or parts:
        return "; shared by steps with " + (" and ".join(parts) or "no packages")
    return ""
