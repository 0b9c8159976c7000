"""Selection of the workers that a run leases, for all its steps at once, with the reasons (W2 to W11)."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from octotui.engine.rules.start_prompts import required_prompts, unanswered
from octotui.engine.state import Pick, RejectedCandidate, Run, State, cursor_key, machine_health
from octotui.model.complaints import Reason
from octotui.model.iteration import values_of
from octotui.model.machines.tool_needs import need_of, satisfies
from octotui.model.process import Step
from octotui.model.space import BUILT_IN, Pool
from octotui.variables.resolution import winner

UNCHECKED = "not checked yet"
Key = tuple[str, tuple[str, ...], str | None, int | None]


class Selection(msgspec.Struct, frozen=True):
    """The picks of a run in step order, or else all problems (W11)."""

    picks: tuple[Pick, ...] = ()
    problems: tuple[str, ...] = ()


class SelectionTally(msgspec.Struct):
    """The state of a selection in progress: cursors moved, workers picked, leases before it."""

    cursors: dict[str, str] = {}
    workers: Counter[str] = msgspec.field(default_factory=Counter)
    leases: dict[str, dict[str, int]] = {}


def select(state: State, run: Run, steps: Sequence[int]) -> Selection:
    """Select workers for steps of a run; all or nothing (W5)."""
    leased: dict[Key, list[Pick]] = {}
    picks: list[Pick] = []
    problems = [*run.selection.problems, *_unanswered(state, run)]
    taken = SelectionTally()
    for index in steps:
        step = run.runbook.steps[index]
        resolved = pool_of(state, run, step)
        if resolved.problem is not None:
            problems.append(resolved.problem)
            continue
        pool = state.model.pool(resolved.slug)
        problem = _container_problem(pool, step)
        alone = index if pool.affinity == "step" else None
        key = (resolved.slug, step.package_ids, step.container, alone)
        shared = next(
            (each for each in leased.get(key, ()) if not lacks(state, each.worker, step.tools)), None
        )
        if shared is not None:
            _share(shared, index, step, leased[key], picks)
        elif problem is None:
            pick = _pick(state, run, resolved.slug, index, taken)
            if isinstance(pick, Pick):
                picks.append(pick)
                leased.setdefault(key, []).append(pick)
                taken.cursors[resolved.slug] = pick.cursor_after or ""
                taken.workers[pick.worker] += 1
            else:
                problem = pick
        if problem is not None:
            problems.append(f"step “{step.name}”, pool {resolved.slug}: {problem}")
    return Selection((), tuple(problems)) if problems else Selection(tuple(picks))


def _share(pick: Pick, index: int, step: Step, *lists: list[Pick]) -> None:
    """Add a step to a pick, in both lists that have it."""
    needs = tuple(sorted({*pick.needs, *step.tools}))
    more = msgspec.structs.replace(pick, steps=(*pick.steps, index), needs=needs)
    for each in lists:
        each[each.index(pick)] = more


def _unanswered(state: State, run: Run) -> tuple[str, ...]:
    """Return problems with required prompts that were not answered, as in a child run (V6)."""
    if run.selection.picks:
        return ()  # they were checked at the first selection
    asked = required_prompts(state.model, run.request, run.request.release)
    return unanswered(asked, (*run.request.variables, *run.request.secrets))


class ResolvedPool(msgspec.Struct, frozen=True):
    """The pool of a step, or the reason why there is none."""

    slug: str = ""
    problem: Reason | None = None


def pool_of(state: State, run: Run, step: Step) -> ResolvedPool:
    """Return a step's pool: the named one, that of its pool variable, or the default (W2, W10)."""
    slug = step.pool or state.model.default_pool
    if step.pool is None and step.pool_variable is not None:
        from octotui.engine.rules.variable_context import scope_context, visible  # noqa: PLC0415 - rare

        values = values_of(visible(state, run.request.process), step.pool_variable)
        value = winner(values, scope_context(state, run, step))
        if value is None:
            where = f"environment {run.request.environment or 'none'}, tenant {run.request.tenant or 'none'}"
            return ResolvedPool(
                problem=f"step “{step.name}”: the pool variable {step.pool_variable} has no value for {where}"
            )
        slug = value.value
    if slug in state.model.pools or slug == state.model.default_pool:
        return ResolvedPool(slug)
    return ResolvedPool(problem=f"step “{step.name}”: pool {slug} is not in the model any more")


def _container_problem(pool: Pool, step: Step) -> Reason | None:
    """Return why a step can't run in its container in this pool (S8), or None."""
    if step.container is not None and not pool.containers:
        return f"the pool says containers = false, but the step wants container {step.container}"
    return None


def _pick(state: State, run: Run, slug: str, index: int, taken: SelectionTally) -> Pick | Reason:
    """Pick a worker of a pool by its policy, or return a sentence why there is none."""
    pool, step = state.model.pool(slug), run.runbook.steps[index]
    if not pool.workers:
        return _built_in(state, run, slug, index)
    rotates = pool.policy == "round-robin"
    known = taken.cursors.get(slug) or state.cursors.get(cursor_key(slug, run.request.process))
    cursor = known if rotates else None
    held = {} if rotates else _leases(state, slug, taken)
    passed: list[RejectedCandidate] = []
    order = from_cursor(pool, cursor) if rotates else by_leases(pool, held)
    for worker in checked_first(state, order, step.tools):
        reason = rejection(state, worker, step.tools)
        if reason is None:
            passed += _unchecked_before(state, order, worker)
            return Pick(
                pool=slug,
                worker=worker,
                steps=(index,),
                packages=step.package_ids,
                container=step.container,
                policy=pool.policy,
                cursor_before=cursor,
                cursor_after=worker if rotates else None,
                rejected=tuple(passed),
                leases=held.get(worker),
                needs=step.tools,
            )
        passed.append(RejectedCandidate(worker, reason))
    reasons = ", ".join(f"{each.worker} is {each.reason}" for each in passed)
    return f"no worker is eligible: {reasons}"


def checked_first(state: State, order: Sequence[str], needs: Sequence[str]) -> list[str]:
    """Return workers in order; those elsewhere whose first check is still to come, last (W4)."""
    return sorted(
        order, key=lambda worker: is_unchecked(state, worker) and not rejection(state, worker, needs)
    )


def _unchecked_before(state: State, order: Sequence[str], chosen: str) -> list[RejectedCandidate]:
    """Return the workers that were passed over for one that follows, as they are not checked yet."""
    if is_unchecked(state, chosen):
        return []
    before = order[: list(order).index(chosen)]
    return [RejectedCandidate(each, UNCHECKED) for each in before if is_unchecked(state, each)]


def is_unchecked(state: State, worker: str) -> bool:
    """Return whether a worker is another machine, and its first check is still to come."""
    if state.model.endpoint_of(worker).is_local or worker in state.health:
        return False
    known = machine_health(state, worker)
    return known.is_in_line or known.due is not None


def from_cursor(pool: Pool, cursor: str | None) -> tuple[str, ...]:
    """Return the workers in declared order, rotated to begin after the cursor."""
    start = pool.workers.index(cursor) + 1 if cursor in pool.workers else 0
    return pool.workers[start:] + pool.workers[:start]


def by_leases(pool: Pool, held: Mapping[str, int]) -> tuple[str, ...]:
    """Return the workers by number of leases, ties in declared order."""
    return tuple(sorted(pool.workers, key=held.__getitem__))


def _leases(state: State, slug: str, taken: SelectionTally) -> dict[str, int]:
    """Return the number of leases of each worker of a pool, including those of this selection."""
    before = taken.leases.get(slug)
    if before is None:
        before = taken.leases[slug] = live_leases(state, state.model.pool(slug))
    return {worker: leases + taken.workers[worker] for worker, leases in before.items()}


def live_leases(state: State, pool: Pool) -> dict[str, int]:
    """Return the number of leases of each worker of a pool."""
    held: dict[str, int] = {}
    for worker in pool.workers:
        runs = (state.runs[name] for _, name in state.leases.get(worker, ()))
        held[worker] = sum(pick.worker == worker for run in runs for pick in run.selection.leases)
    return held


def _built_in(state: State, run: Run, slug: str, index: int) -> Pick | Reason:
    """Pick the built-in worker for an empty default pool, or return why not (W3)."""
    if slug != state.model.default_pool:
        return "the pool has no workers: name some in workers = [...]"
    if not state.model.engine.built_in_worker:
        return "the default pool has no workers, and the built-in worker is disabled"
    step = run.runbook.steps[index]
    return Pick(
        pool=slug,
        worker=BUILT_IN,
        steps=(index,),
        packages=step.package_ids,
        container=step.container,
        policy=BUILT_IN,
        needs=step.tools,
    )


def rejection(state: State, worker: str, needs: Sequence[str]) -> Reason | None:
    """Return why a worker is not selected for a step with these needs, or None (W4, M4)."""
    word = not_eligible(state, worker)
    if word is None:
        lacking = lacks(state, worker, needs)
        return f"without {', '.join(lacking)}" if lacking else None
    why = machine_health(state, worker).reason if word != "disabled" else ""
    return f"{word}: {why}" if why else word


def lacks(state: State, worker: str, needs: Sequence[str]) -> tuple[str, ...]:
    """Return the needs that a worker does not meet, as far as its last check has looked for them."""
    facts = machine_health(state, worker).facts
    if facts is None:
        return ()
    problems = []
    for text in needs:
        need = need_of(text)
        found = facts.tools.get(need.tool)
        if found is not None and not found.path:
            problems.append(text)
        elif found is not None and not satisfies(found.version, need):
            problems.append(f"{text} (it has {found.version or 'an unknown version'})")
    return tuple(problems)


def not_eligible(state: State, worker: str) -> Reason | None:
    """Return why a worker may not be selected, or None (W4); an unchecked one counts as healthy."""
    declared = state.model.workers.get(worker)
    if declared is not None and not declared.enabled:
        return "disabled"
    health = state.health.get(worker, "healthy")
    return None if health in ("healthy", "has-warnings") else health
