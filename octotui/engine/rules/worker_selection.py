"""Selection of the workers that a run leases, for all its steps at once, with the reasons (W2 to W11)."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from octotui.engine.rules.container_images import container_problem, filled_image
from octotui.engine.rules.start_prompts import required_prompts, unanswered
from octotui.engine.rules.targets.cluster_workers import WorkerNeed
from octotui.engine.state import Pick, RejectedCandidate, Run, State, cursor_key, machine_health
from octotui.engine.state.records import StepTargets
from octotui.model.complaints import Reason
from octotui.model.iteration import values_of
from octotui.model.machines.containers import ENGINES
from octotui.model.machines.tool_needs import need_of, satisfies
from octotui.model.process import ENGINE_NEED, Step
from octotui.model.space import BUILT_IN, Pool
from octotui.variables.resolution import winner

UNCHECKED = "not checked yet"
Key = tuple[str, tuple[str, ...], str | None, int | None]


class Selection(msgspec.Struct, frozen=True):
    """The picks of a run in step order, or else all problems (W11).

    `awaited` are the dynamic pools that must get a machine first, `ready` those that have one that is needed
    as well (W12). `unchecked` are the workers of which one must first be checked (W4).
    """

    picks: tuple[Pick, ...] = ()
    problems: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


class NotChecked(msgspec.Struct, frozen=True):
    """All workers that may be selected are other machines whose first check is still to come."""

    workers: tuple[str, ...]


class NoMachine(msgspec.Struct, frozen=True):
    """A dynamic pool has no machine yet that may be selected."""


class SelectionTally(msgspec.Struct):
    """The state of a selection in progress: cursors moved, workers picked, leases before it, and the picks.

    `leased` are the picks that later steps may share, by what they must have in common (W6).
    """

    cursors: dict[str, str] = {}
    workers: Counter[str] = msgspec.field(default_factory=Counter)
    leases: dict[str, dict[str, int]] = {}
    leased: dict[Key, list[Pick]] = {}
    picks: list[Pick] = []
    awaited: dict[str, None] = {}
    unchecked: dict[str, None] = {}
    waits: bool = True


def select(state: State, run: Run, needs: Sequence[WorkerNeed], *, waits: bool = True) -> Selection:
    """Select workers for steps of a run; all or nothing (W5).

    A run that does not wait for first checks, as it has begun, and a prediction, which checks nothing, take
    a worker that is not checked yet for a healthy one (W4).
    """
    taken = SelectionTally(waits=waits and not state.predicted)
    problems = [*run.selection.problems, *_unanswered(state, run)]
    for need in needs:
        problem = _serve(state, run, need, taken)
        if problem is not None:
            problems.append(problem)
    if problems or taken.awaited or taken.unchecked:
        used = dict.fromkeys(pick.pool for pick in taken.picks)
        ready = (slug for slug in used if state.model.pool(slug).dynamic is not None)
        return Selection((), tuple(problems), tuple(taken.awaited), tuple(ready), tuple(taken.unchecked))
    return Selection(tuple(taken.picks))


def _serve(state: State, run: Run, need: WorkerNeed, taken: SelectionTally) -> Reason | None:
    """Share or pick a worker for a step, or have it await a machine; return why it gets none."""
    step = run.runbook.steps[need.step]
    resolved = pool_of(state, run, step, need.pool)
    if resolved.problem is not None:
        return resolved.problem
    pool = state.model.pool(resolved.slug)
    image, unfilled = filled_image(state, run, need.step)
    problem = container_problem(state.model, pool, step, need.targets) or unfilled
    alone = need.step if pool.affinity == "step" else None
    leased = taken.leased.setdefault((resolved.slug, step.package_ids, image, alone), [])
    tools = _tools(step, need)
    shared = next((each for each in leased if not lacks(state, each.worker, tools)), None)
    if shared is not None:
        _share(shared, need, tools, leased, taken.picks)
    elif problem is None:
        match _pick(state, run, resolved.slug, need, taken):
            case Pick() as pick:
                _take(msgspec.structs.replace(pick, container=image), leased, taken)
            case NoMachine():
                taken.awaited[resolved.slug] = None
            case NotChecked(workers):
                taken.unchecked.update(dict.fromkeys(workers))
            case reason:
                problem = reason
    return None if problem is None else f"step “{step.name}”, pool {resolved.slug}: {problem}"


def _take(pick: Pick, leased: list[Pick], taken: SelectionTally) -> None:
    """Add a pick to those that may be shared, and to what is taken."""
    leased.append(pick)
    taken.picks.append(pick)
    taken.cursors[pick.pool] = pick.cursor_after or ""
    taken.workers[pick.worker] += 1


def _tools(step: Step, need: WorkerNeed) -> tuple[str, ...]:
    """Return the tools that a worker must have for a step, and for its Kubernetes targets (W13)."""
    if step.is_contained:
        return step.tools  # its image has the others
    known = {need_of(each).tool for each in step.tools if each != ENGINE_NEED}
    return tuple(sorted((*step.tools, *(each for each in need.tools if each not in known))))


def _served(need: WorkerNeed) -> tuple[tuple[int, ...], tuple[StepTargets, ...]]:
    """Return the steps, and the steps on targets, that a worker serves for a need."""
    return ((), (StepTargets(need.step, need.targets),)) if need.targets else ((need.step,), ())


def _share(pick: Pick, need: WorkerNeed, tools: tuple[str, ...], *lists: list[Pick]) -> None:
    """Add a step to a pick, in both lists that have it."""
    steps, for_targets = _served(need)
    more = msgspec.structs.replace(
        pick,
        steps=pick.steps + steps,
        needs=tuple(sorted({*pick.needs, *tools})),
        for_targets=pick.for_targets + for_targets,
    )
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


def pool_of(state: State, run: Run, step: Step, of_target: str | None = None) -> ResolvedPool:
    """Return a step's pool: the named one, that of its pool variable, or the default (W2, W10).

    On the default pool a step uses that of its target, where it has one (W13).
    """
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
    if of_target is not None and slug == state.model.default_pool:
        slug = of_target
    if slug in state.model.pools or slug == state.model.default_pool:
        return ResolvedPool(slug)
    return ResolvedPool(problem=f"step “{step.name}”: pool {slug} is not in the model any more")


def _pick(
    state: State, run: Run, slug: str, need: WorkerNeed, taken: SelectionTally
) -> Pick | NoMachine | NotChecked | Reason:
    """Pick a worker of a pool by its policy, or return a sentence why there is none."""
    pool, step = state.model.pool(slug), run.runbook.steps[need.step]
    if pool.dynamic is not None and all(not_eligible(state, each) is not None for each in pool.workers):
        return NoMachine()
    if not pool.workers:
        return _built_in(state, run, slug, need)
    tools, (steps, for_targets) = _tools(step, need), _served(need)
    rotates = pool.policy == "round-robin"
    known = taken.cursors.get(slug) or state.cursors.get(cursor_key(slug, run.request.process))
    cursor = known if rotates else None
    held = {} if rotates else _leases(state, slug, taken)
    passed: list[RejectedCandidate] = []
    order = from_cursor(pool, cursor) if rotates else by_leases(pool, held)
    for worker in checked_first(state, order, tools):
        reason = rejection(state, worker, tools)
        if reason is None and taken.waits and is_unchecked(state, worker):
            return NotChecked(_eligible_unchecked(state, order, tools))
        if reason is None:
            passed += _unchecked_before(state, order, worker)
            return Pick(
                pool=slug,
                worker=worker,
                steps=steps,
                packages=step.package_ids,
                policy=pool.policy,
                cursor_before=cursor,
                cursor_after=worker if rotates else None,
                rejected=tuple(passed),
                leases=held.get(worker),
                needs=tools,
                for_targets=for_targets,
            )
        passed.append(RejectedCandidate(worker, reason))
    reasons = ", ".join(f"{each.worker} is {each.reason}" for each in passed)
    return f"no worker is eligible: {reasons}"


def checked_first(state: State, order: Sequence[str], needs: Sequence[str]) -> list[str]:
    """Return workers in order; those elsewhere whose first check is still to come, last (W4)."""
    return sorted(
        order, key=lambda worker: is_unchecked(state, worker) and not rejection(state, worker, needs)
    )


def _eligible_unchecked(state: State, order: Sequence[str], needs: Sequence[str]) -> tuple[str, ...]:
    """Return the workers that may be selected as far as it is known before their first check."""
    return tuple(each for each in order if is_unchecked(state, each) and not rejection(state, each, needs))


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


def _built_in(state: State, run: Run, slug: str, need: WorkerNeed) -> Pick | Reason:
    """Pick the built-in worker for an empty default pool, or return why not (W3)."""
    if slug != state.model.default_pool:
        return "the pool has no workers: name some in workers = [...]"
    if not state.model.engine.built_in_worker:
        return "the default pool has no workers, and the built-in worker is disabled"
    step = run.runbook.steps[need.step]
    steps, for_targets = _served(need)
    return Pick(
        pool=slug,
        worker=BUILT_IN,
        steps=steps,
        packages=step.package_ids,
        policy=BUILT_IN,
        needs=_tools(step, need),
        for_targets=for_targets,
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
        if text == ENGINE_NEED:
            known = [facts.tools[engine] for engine in ENGINES if engine in facts.tools]
            problems += [text] if len(known) == len(ENGINES) and not any(each.path for each in known) else []
            continue
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
