"""What differs between two runs, part by part; what is the same is only counted."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from octotui.engine.state import Job
from octotui.model.process import Step
from octotui.model.values import HIDDEN
from octotui.views.comparison.side import Side
from octotui.views.labels import JOBS, RUNS, duration, listed, machine_name, short_digest
from octotui.views.timeline.critical_path import by_kind, critical_path
from octotui.views.timeline.spans import HOLDING, LOOKS
from octotui.views.variables import VariableRow, of_run

Part = Literal["run", "model", "packages", "variables", "answers", "steps", "time"]
PARTS: dict[Part, str] = {
    "run": "The run",
    "model": "The model",
    "packages": "Versions of packages and images",
    "variables": "Variables and values that were given",
    "answers": "Answers of people",
    "steps": "Steps: outcome, worker, duration",
    "time": "What the time went to, on the critical path",
}
NONE = "–"
NOTICED = 1.0, 0.1  # seconds, and the part of the longer one, by which durations must differ to be told
NOT_KEPT = "sensitive, not kept"


class Difference(msgspec.Struct, frozen=True):
    """One thing that differs, as each of two runs had it; without a value it is "–"."""

    part: Part
    name: str
    left: str
    right: str


class Comparison(msgspec.Struct, frozen=True):
    """What differs between two runs, how much is the same, and which values cannot be compared.

    `began` is when each started, or was queued where it has not, in seconds since 1970.
    """

    left: str
    right: str
    differences: tuple[Difference, ...]
    same: dict[Part, int]
    incomparable: tuple[str, ...]  # names of sensitive values: whether they differ is not known
    began: tuple[float, float] = (0.0, 0.0)


Facts = Mapping[str, str]


def compare(left: Side, right: Side) -> Comparison:
    """Compare two runs."""
    of_part: dict[Part, Callable[[Side], Facts]] = {
        "run": _of_run, "model": _of_model, "packages": _of_packages, "variables": _of_variables,
        "answers": _of_answers,
    }  # fmt: skip
    found: list[Difference] = []
    same: dict[Part, int] = {}
    for part, facts in of_part.items():
        found += _differing(part, facts(left), facts(right), same)
    found += _differing("model", *_definitions(left, right), same)
    found += _of_steps(left, right, same)
    found += _of_time(left, right, same)
    kept_nowhere = _hidden(left) & _hidden(right)
    began = left.began, right.began
    return Comparison(left.name, right.name, tuple(found), same, tuple(sorted(kept_nowhere)), began)


def _differing(part: Part, left: Facts, right: Facts, same: dict[Part, int]) -> Iterator[Difference]:
    for name in dict.fromkeys((*left, *right)):
        one, other = left.get(name, NONE), right.get(name, NONE)
        if one != other:
            yield Difference(part, name, one, other)
        else:
            same[part] = same.get(part, 0) + 1


def _of_run(side: Side) -> Facts:
    run = side.run
    asked = run.request
    return {
        "runbook": run.title,
        "environment": asked.environment or NONE,
        "tenant": asked.tenant or NONE,
        "started by": asked.schedule or asked.requester or NONE,
        "left out": listed(asked.skip, most=20) or NONE,
        "outcome": RUNS[run.state].word + (f": {run.reason}" if run.reason else ""),
        "warnings": str(len(run.progress.warnings)),
    }


def _of_model(side: Side) -> Facts:
    return {"digest": side.model or NONE}


def _definitions(left: Side, right: Side) -> tuple[Facts, Facts]:
    """Return what was said of each step: which keys are other ones, never their values.

    A script may hold anything.
    """
    one = {each.name: each for each in left.run.runbook.steps}
    other = {each.name: each for each in right.run.runbook.steps}
    before = {f"step “{name}”": "as it was" for name in one}
    after = {
        f"step “{name}”": _changes(one[name], step) if name in one else "new" for name, step in other.items()
    }
    return before, after | {name: NONE for name in before if name not in after}


def _changes(before: Step, after: Step) -> str:
    keys = [key for key in before.__struct_fields__ if getattr(before, key) != getattr(after, key)]
    return f"another {listed(keys, most=6)}" if keys else "as it was"


def _of_packages(side: Side) -> Facts:
    selection = side.run.selection
    images = {
        f"{image} on {machine_name(side.state.model, worker)}": short_digest(digest).strip(" ()")
        for (worker, _, image), digest in (
            (key.partition(" "), each) for key, each in selection.digests.items()
        )
    }
    return {**(selection.versions or {}), **images}


def _declared(side: Side) -> Iterable[VariableRow]:
    """Return the variables of a run without those that are other ones in every run."""
    rows = of_run(side.state, side.name)
    return (each for each in rows if each.why not in ("set by octotui", "set by a step"))


def _hidden(side: Side) -> set[str]:
    return {each.name for each in _declared(side) if each.value == HIDDEN}


def _of_variables(side: Side) -> Facts:
    """Return values, and of sensitive ones where they come from."""
    return {
        each.name: f"{NOT_KEPT}; {each.why}" if each.value == HIDDEN else each.value
        for each in _declared(side)
    }


def _of_answers(side: Side) -> Facts:
    facts: dict[str, str] = {}
    for name in side.run.progress.interruptions:
        question = side.state.interruptions[name]
        for each in question.answers:
            facts[f"{question.step}: {each.user}"] = each.answer + (f", “{each.notes}”" if each.notes else "")
            facts.update({f"{question.step}: {key}": value for key, value in each.values.items()})
            facts.update({f"{question.step}: {key}": NOT_KEPT for key in each.secrets})
        if question.open:
            facts[question.step] = "asks still"
    return facts


def _of_steps(left: Side, right: Side, same: dict[Part, int]) -> Iterator[Difference]:
    """Yield outcomes, workers and durations of steps; durations only where they differ noticeably."""
    yield from _differing("steps", _outcomes(left), _outcomes(right), same)
    one, other = _durations(left), _durations(right)
    yield from _different_durations("steps", one, other, same)


def _of_time(left: Side, right: Side, same: dict[Part, int]) -> Iterator[Difference]:
    yield from _different_durations("time", _on_path(left), _on_path(right), same)


def _different_durations(
    part: Part, left: Mapping[str, float], right: Mapping[str, float], same: dict[Part, int]
) -> Iterator[Difference]:
    for name in dict.fromkeys((*left, *right)):
        one, other = left.get(name), right.get(name)
        seconds, share = NOTICED
        if one is None or other is None:
            noticed = True
        else:
            noticed = abs(one - other) >= max(seconds, share * max(one, other))
        if noticed:
            yield Difference(part, name, _lasted(one), _lasted(other))
        else:
            same[part] = same.get(part, 0) + 1


def _lasted(seconds: float | None) -> str:
    return NONE if seconds is None else duration(seconds)


def _by_step(side: Side) -> dict[str, list[Job]]:
    """Return the jobs of each step, in order; those that acquire packages are one."""
    jobs: dict[str, list[Job]] = {}
    for name in side.timeline.jobs_of(side.name):
        job = side.timeline.job(name)
        step = "acquire packages" if job.step is None else side.run.runbook.steps[job.step].name
        jobs.setdefault(step, []).append(job)
    return jobs


def _outcomes(side: Side) -> Facts:
    facts = {}
    for index, step in enumerate(side.run.runbook.steps):
        progress = side.run.progress.steps[index]
        if progress.state in ("skipped", "pending"):
            facts[f"{step.name}: outcome"] = f"{progress.state} {progress.reason}".strip()
    for step_name, jobs in _by_step(side).items():
        facts[f"{step_name}: outcome"] = listed((_outcome(each) for each in jobs), most=4)
        workers = [machine_name(side.state.model, each.target or each.worker or "") for each in jobs]
        facts[f"{step_name}: worker"] = listed(filter(None, workers), most=6) or NONE
    return facts


def _outcome(job: Job) -> str:
    tries = f" at attempt {job.attempt}" if job.attempt > 1 else ""
    code = f", exit code {job.exit_code}" if job.exit_code else ""
    return f"{JOBS[job.state].word}{tries}{code}"


def _durations(side: Side) -> dict[str, float]:
    """Return how long the jobs of each step worked, and how long they waited for locks."""
    sums: dict[str, float] = {}
    for step, jobs in _by_step(side).items():
        for job in jobs:
            for span in side.timeline.spans.get(job.id, ()):
                what = (
                    "worked" if span.kind in HOLDING else "waited for a lock" if span.kind == "lock" else ""
                )
                if what:
                    key = f"{step}: {what}"
                    sums[key] = sums.get(key, 0.0) + span.until(side.now) - span.start
    return sums


def _on_path(side: Side) -> dict[str, float]:
    """Return what the family's time went to, in all and by kinds."""
    path = critical_path(side.timeline, side.now)
    kinds = {LOOKS[kind].word: seconds for kind, seconds in by_kind(path).items()}  # type: ignore[index]
    return {"the run, queue included": side.seconds, **kinds}
