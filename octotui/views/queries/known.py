"""The known values of a space: those of its model and of its runs."""

from collections.abc import Mapping

from octotui.engine.queries.known_values import KnownValues
from octotui.engine.state import State
from octotui.model.space import BUILT_IN

NONE: Mapping[str, Mapping[str, str]] = {}


def known_values(state: State, past: Mapping[str, Mapping[str, str]] = NONE) -> KnownValues:
    """Return the values of each key, by slug with a name; `past` are those of ended runs.

    A process that is no longer declared may have been a runbook or a project: it counts as both.
    """
    model = state.model
    declared = {
        "env": {slug: each.name for slug, each in model.environments.items()},
        "tenant": {slug: each.name for slug, each in model.tenants.items()},
        "runbook": {slug: each.name for slug, each in model.runbooks.items()},
        "project": {slug: each.name for slug, each in model.projects.items()},
        "pool": {slug: slug for slug in (*model.pools, model.default_pool)},
        "worker": {slug: slug for slug in (*model.workers, BUILT_IN)},
        "by": {},
    }
    gone = {slug: name for slug, name in past.get("process", {}).items() if not model.process(slug)}
    known: dict[str, dict[str, str]] = {key: {**past.get(key, {})} for key in declared}
    for key, names in declared.items():
        known[key].update(names)
    for key in ("runbook", "project"):
        known[key] = {**gone, **known[key]}
    for run in state.runs.values():
        known["by"].setdefault(run.request.requester, run.request.requester)
        for pick in run.selection.picks:
            known["worker"].setdefault(pick.worker, pick.worker)
    known["by"].pop("", None)
    return known
