"""The last durations in a State: what attempts and waits took, beside what was expected of them."""

from msgspec.structs import replace
from rpds import HashTrieMap

from octotui.engine.estimates.jobs import durations_of, key_of
from octotui.engine.state import ForLock, Job, State
from octotui.engine.state.durations import MOST_KEYS, Durations, pool_key

Generations = dict[str, "HashTrieMap[str, Durations]"]
NOTHING: Generations = {}
SUCCEEDED = ("succeeded", "succeeded-with-warnings")


def waited(state: State, job: Job) -> State:
    """Keep how long a job waited for its lock, where that was estimated."""
    if not isinstance(job.wait, ForLock) or job.wait.expected is None:
        return state
    return replace(state, **_kept(state, job.wait.machine, state.at - job.wait.since, job.wait.expected))


def took(state: State, job: Job, end: str) -> Generations:
    """Return the maps that keep how long the attempt of a job took, if it was running and succeeded."""
    key = key_of(state, job)
    if key is None or job.state != "running" or job.started_at is None or end not in SUCCEEDED:
        return NOTHING
    return _kept(state, key, state.at - job.started_at, job.expected)


def provisioned(state: State, pool: str, taken: float) -> State:
    """Keep how long a machine of a pool took from the request until it was ready."""
    return replace(state, **_kept(state, pool_key(pool), taken, None))


def _kept(state: State, key: str, taken: float, expected: float | None) -> Generations:
    """Return the maps with one more duration; a generation that is full becomes the earlier one."""
    known, earlier = state.durations, state.earlier_durations
    durations = durations_of(state, key).add(taken, expected)
    if len(known) >= MOST_KEYS and key not in known:
        known, earlier = HashTrieMap(), known
    return {"durations": known.insert(key, durations), "earlier_durations": earlier}
