"""Selection of the workers that a run leases, for all its steps at once, with the reasons (W2 to W11)."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from octotui.engine.rules.container_images import container_problem, filled_image
from octotui.engine.rules.start_prompts import required_prompts, unanswered
from octotui.engine.state import Pick, RejectedCandidate, Run, State, cursor_key, machine_health
from octotui.model.complaints import Reason
from octotui.model.iteration import values_of
from octotui.model.machines.containers import ENGINES
from octotui.model.machines.tool_needs import need_of, satisfies
from octotui.model.process import ENGINE_NEED, Step
from octotui.model.space import BUILT_IN, Pool
from octotui.variables.resolution import winner

Key = tuple[str, tuple[str, ...], str | None, int | None]


class Selection(msgspec.Struct, frozen=True):
    """The picks of a run in step order, or else all problems (W11).

    `awaited` are the dynamic pools that must get a machine first (W12).
    """

    picks: tuple[Pick, ...] = ()
    problems: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()


class NoMachine(msgspec.Struct, frozen=True):
    """A dynamic pool has no machine yet that may be selected."""


class SelectionTally(msgspec.Struct):
    """The state of a selection in progress: cursors moved, workers picked, leases before it."""

    cursors: dict[str, str] = {}
    workers: Counter[str] = msgspec.field(default_factory=Counter)
    leases: dict[str, dict[str, int]] = {}


def select(  # noqa: C901 - each step is shared, taken, awaited, or a problem
    state: State, run: Run, steps: Sequence[int]
) -> Selection:
    """Select workers for steps of a run; all or nothing (W5)."""
    leased: dict[Key, list[Pick]] = {}
    picks: list[Pick] = []
    problems = [*run.selection.problems, *_unanswered(state, run)]
    taken, awaited = SelectionTally(), dict[str, None]()
    for index in steps:
        step = run.runbook.steps[index]
        resolved = pool_of(state, run, step)
        if resolved.problem is not None:
            problems.append(resolved.problem)
            continue
        pool = state.model.pool(resolved.slug)
        image, unfilled = filled_image(state, run, index)
        problem = container_problem(pool, step) or unfilled
        alone = index if pool.affinity == "step" else None
        key = (resolved.slug, step.package_ids, image, alone)
        shared = next(
            (each for each in leased.get(key, ()) if not lacks(state, each.worker, step.tools)), None
        )
        if shared is not None:
            _share(shared, index, step, leased[key], picks)
        elif problem is None:
            match _pick(state, run, resolved.slug, index, taken):
                case Pick() as pick:
                    placed = msgspec.structs.replace(pick, container=image)
                    _take(placed, taken, picks, leased.setdefault(key, []))
                case NoMachine():
                    awaited[resolved.slug] = None
                case reason:
                    problem = reason
        if problem is not None:
            problems.append(f"step “{step.name}”, pool {resolved.slug}: {problem}")
    if problems or awaited:
        return Selection((), tuple(problems), tuple(awaited))
    return Selection(tuple(picks))


def _take(pick: Pick, taken: SelectionTally, *lists: list[Pick]) -> None:
    """Add a pick to lists, and to what is taken."""
    for each in lists:
        each.append(pick)
    taken.cursors[pick.pool] = pick.cursor_after or ""
    taken.workers[pick.worker] += 1


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


def _pick(state: State, run: Run, slug: str, index: int, taken: SelectionTally) -> Pick | NoMachine | Reason:
    """Pick a worker of a pool by its policy, or return a sentence why there is none."""
    pool, step = state.model.pool(slug), run.runbook.steps[index]
    if pool.dynamic is not None and all(not_eligible(state, each) is not None for each in pool.workers):
        return NoMachine()
    if not pool.workers:
        return _built_in(state, run, slug, index)
    rotates = pool.policy == "round-robin"
    known = taken.cursors.get(slug) or state.cursors.get(cursor_key(slug, run.request.process))
    cursor = known if rotates else None
    held = {} if rotates else _leases(state, slug, taken)
    passed: list[RejectedCandidate] = []
    for worker in from_cursor(pool, cursor) if rotates else by_leases(pool, held):
        reason = rejection(state, worker, step.tools)
        if reason is None:
            return Pick(
                pool=slug,
                worker=worker,
                steps=(index,),
                packages=step.package_ids,
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
