"""Sensitive values of open runs, in memory alone: read once a run, given at its start, set by its scripts.

All are `masked` in the whole space until their run has ended.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from octotui.engine.rules.child_values import fill_child_text
from octotui.engine.rules.output_variables import (
    output_names,
    output_prefixes,
    secret_answers,
    secret_outputs,
)
from octotui.engine.rules.variable_context import declared, overruled
from octotui.engine.state import Job, Run, State, step_of
from octotui.model.iteration import environment_sources, has_sensitive_values, variables
from octotui.model.space import Model
from octotui.model.values import Secret
from octotui.runtime.jobs.masking import SensitiveValues
from octotui.runtime.jobs.secret_sources import UnreadableSecret, checked, own_secrets, read_secret
from octotui.runtime.jobs.template_parameters import may_ask_for
from octotui.variables.budget import text_budget
from octotui.variables.fill import escape
from octotui.variables.template import OverBudget
from octotui.workers.ssh.passphrases import Passphrases

T = TypeVar("T")
Reader = Callable[[Secret], Coroutine[Any, Any, str]]

InheritedValues = dict[str, str | UnreadableSecret]
"""Values that a run inherits from a step, by name, or why there is none."""

NOTHING: Mapping[str, str] = MappingProxyType({})

AT_ONCE = 8  # values that are read concurrently when a space is opened
OPENING = 5.0  # seconds that opening waits for them; later ones are masked once they are read

OCTOTUI = "octotui"  # the holder of octotui's own secrets; no run has this name
_OUTPUT = "Octopus.Action["
_GONE = "was kept only in memory, and octotui was restarted or its run has ended since: start the run again"
_LOST = "it was given at the start of the run, and octotui was restarted since: start the run again"

_HOW = (
    "in the server's environment: `octotui stop FILE`, then start it from a shell that has it,"
    " or pass your own for one run with --pass-env {}"
)
_UNUSABLE = "cannot be used: {}, and octotui was restarted since: start the run again"


class SecretStore:
    """Holds what no journal, log or screen may hold (V5); a new session starts empty."""

    def __init__(self, read: Reader | None = read_secret, *, served: bool = False) -> None:
        """Read sources with `read`; None reads nothing. `served` says that the environment is a server's."""
        self.masked = SensitiveValues()
        self.passphrases = Passphrases()
        self._read = read
        self._served = served
        self._given: dict[str, dict[str, str]] = {}
        self._passed: dict[str, dict[str, str]] = {}
        self._set: dict[str, dict[str, str]] = {}
        self._reading: dict[str, dict[Secret, asyncio.Task[str]]] = {}
        self._waiting: dict[str, asyncio.Task[dict[str, str]]] = {}
        self._inheriting: dict[str, asyncio.Task[InheritedValues]] = {}
        self._working: set[asyncio.Task[Any]] = set()

    def give(self, run: str, values: Mapping[str, str], passed: Mapping[str, str] = NOTHING) -> None:
        """Keep the values given at a run's start, and variables `passed` to its family."""
        self._given[run] = dict(values)
        self.masked.hold(run, (*values.values(), *passed.values()))
        if passed:
            self._passed[run] = dict(passed)

    def inherit(self, state: State, name: str) -> None:
        """Start to fill in the sensitive values that a run inherits from the step that started it."""
        run = state.runs.get(name)
        job = state.jobs.get(run.parent or "") if run is not None and run.request.secrets else None
        if run is None or job is None or self._read is None:
            return
        known = {each: escape(value) for each, value in self._set.get(job.run, {}).items()}
        given = dict(self._given.get(job.run, {}))
        filling = self._fill_inherited(state, run, job, known, given, self._inheriting.get(job.run))
        self._inheriting[name] = self._begun(filling)

    async def _fill_inherited(
        self,
        state: State,
        run: Run,
        job: Job,
        known: dict[str, str],
        given: dict[str, str],
        above: "asyncio.Task[InheritedValues] | None",
    ) -> "InheritedValues":
        """Fill in a run's inherited values from those `known` to its step and `given` to its parent."""
        wanted, parent = self._wanted(state, job), state.runs[job.run]
        read = self._reader(state.model)
        inherited: InheritedValues = {**given, **(await asyncio.shield(above) if above is not None else {})}
        kept_in_memory = (*secret_answers(state, parent), *secret_outputs(state, parent))
        for name in kept_in_memory:  # known ones are not looked up
            inherited[name] = UnreadableSecret(f"it needs {name}, which {_GONE}")
        values: InheritedValues = {}
        for name in run.request.secrets:
            try:
                filled, hidden = _filled_in(state, job, name, known)
                while hidden:
                    for each in hidden:
                        known[each] = escape(
                            await self._of_parent(run, parent, each, wanted.get(each), inherited, read)
                        )
                    filled, hidden = _filled_in(state, job, name, known)
                values[name] = checked(filled) if filled else ""
            except UnreadableSecret as problem:
                values[name] = problem
        if run.id in self._inheriting:  # the run has not ended meanwhile
            self.masked.hold(run.id, (value for value in values.values() if isinstance(value, str)))
        return values

    async def _of_parent(
        self,
        run: Run,
        parent: Run,
        name: str,
        secret: Secret | None,
        given: "InheritedValues",
        read: Reader,
    ) -> str:
        """Return a sensitive value of a run's parent; raises UnreadableSecret."""
        if name in given or name in parent.request.secrets:
            return _value(given, name)
        if secret is None:
            return ""  # a prompt without an answer
        passed = self._passed.get(run.root, {})
        try:
            value = checked(passed[secret.env]) if secret.env in passed else await read(secret)
        except UnreadableSecret as problem:
            raise self._explained(problem, secret) from None
        if run.id in self._inheriting:
            self.masked.hold(run.id, (value,))
        return value

    def hold_own(self, model: Model) -> None:
        """Mask octotui's own secrets until it ends."""
        if self._read is not None:
            self.masked.hold(OCTOTUI, own_secrets(model))

    async def reload(self, state: State) -> None:
        """Read again, and mask, the values that open runs had read or inherited before a restart.

        An unreadable one is reported by the job that needs it. Equal sources are read once.
        """
        if self._read is None:
            return
        read, free = self._reader(state.model), asyncio.Semaphore(AT_ONCE)
        readings: dict[Secret, asyncio.Task[str]] = {}

        async def bounded(secret: Secret) -> str:
            async with free:
                return await read(secret)

        async def once(secret: Secret) -> str:
            if secret not in readings:
                readings[secret] = self._begun(bounded(secret))
            return await asyncio.shield(readings[secret])

        runs = sorted((run for _, run in state.runs.items() if not run.ended), key=lambda run: run.number)
        tasks: list[asyncio.Task[Any]] = [self._begun(self._inherit_again(state, run)) for run in runs]
        has_secrets = any(each.secret for _, values in variables(state.model) for each in values)
        for run in runs if has_secrets else ():
            secrets = dict.fromkeys(self._read_before(state, run))
            tasks += [self._begun(self._read_once(run, secret, once)) for secret in secrets]
        if tasks:
            await asyncio.wait(tasks, timeout=OPENING)

    async def _inherit_again(self, state: State, run: Run) -> None:
        """Mask a run's inherited values; where one is missing, a job that needs it retries."""
        self.inherit(state, run.id)
        task = self._inheriting.get(run.id)
        values = await asyncio.shield(task) if task is not None else {}
        missing = any(isinstance(value, UnreadableSecret) for value in values.values())
        if missing and self._inheriting.get(run.id) is task:
            del self._inheriting[run.id]

    def _read_before(self, state: State, run: Run) -> Iterator[Secret]:
        """Yield the sources that started jobs of a run have read."""
        jobs = (job for job in map(state.jobs.get, run.progress.jobs) if job is not None)
        begun = {(job.step, job.target): job for job in jobs if job.kind == "script" and job.attempt}
        for job in begun.values():
            yield from (secret for secret in self._wanted(state, job).values() if secret is not None)

    def _begun(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Start a background task, which ends with the store."""
        task = asyncio.ensure_future(work)
        self._working.add(task)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # nothing may await it
        task.add_done_callback(self._working.discard)
        return task

    def restore(self, run: Run, values: Mapping[str, str]) -> None:
        """Restore the values that an earlier session gave to a job of a run."""
        for name, value in values.items():
            if name in run.request.secrets:
                self._given.setdefault(run.id, {})[name] = value
            elif name.startswith(_OUTPUT):
                self._set.setdefault(run.id, {}).setdefault(name, value)

    def record(self, state: State, job: Job, outputs: Mapping[str, str]) -> None:
        """Keep the sensitive outputs of a job: the last on any target, and each target's own (V7)."""
        step, kept = step_of(state, job), self._set.setdefault(job.run, {})
        written = {name.lower(): name for name in kept}
        for prefix in output_prefixes(state, step.name, job.target) if step else ():
            for name, value in outputs.items():
                kept.pop(written.get(f"{prefix}.{name}".lower(), ""), None)
                kept[f"{prefix}.{name}"] = value
        self.masked.hold(job.run, outputs.values())

    def return_outputs(self, state: State, name: str) -> None:
        """Keep the sensitive outputs of an ended child run for the step that waited for it, too (V7)."""
        run = state.runs.get(name)
        job = state.jobs.get(run.parent or "") if run is not None else None
        step = step_of(state, job) if job is not None else None
        if run is None or job is None or step is None:
            return
        kept = {each.lower(): value for each, value in self._set.get(name, {}).items()}
        outputs: dict[str, str] = {}
        if step.child_run is not None and step.child_run.wait:
            for setter, _, output in run.progress.secret_outputs:
                value = kept.get(f"{output_prefixes(state, setter, None)[0]}.{output}".lower())
                if value is not None:
                    names = output_names(f"Run[{setter}].{output}", of_child=True)
                    outputs |= dict.fromkeys(names, value)
        if outputs:
            self.record(state, job, outputs)

    def forget(self, run: str, state: State) -> None:
        """Drop the values of an ended run, and those passed to families that have ended."""
        for root in [each for each in self._passed if each not in state.families]:
            del self._passed[root]
        self.masked.release(run)
        self._given.pop(run, None)
        self._set.pop(run, None)
        self._inheriting.pop(run, None)
        for task in self._reading.pop(run, {}).values():
            task.cancel()

    async def values(self, state: State, job: Job) -> dict[str, str] | None:
        """Return the sensitive values of a job's script, or None where the job was stopped meanwhile.

        Raises UnreadableSecret with a sentence for each unusable value.
        """
        wanted = {} if self._read is None else self._wanted(state, job)
        self._check_kept(state, job)
        if not wanted:
            return dict(self._set.get(job.run, {}))
        run = state.runs[job.run]
        given = self._given.get(run.id, {})
        if run.id not in self._inheriting and not given.keys() >= set(run.request.secrets):
            self.inherit(state, run.id)
        reading = self._all(run, wanted, self._reader(state.model))
        waiting = self._waiting[job.id] = asyncio.ensure_future(reading)
        await asyncio.wait({waiting})
        del self._waiting[job.id]
        return None if waiting.cancelled() else waiting.result() | self._set.get(job.run, {})

    def stop(self, job: str) -> None:
        """Let a job stop waiting for its values."""
        if job in self._waiting:
            self._waiting[job].cancel()

    async def close(self) -> None:
        """Cancel all reading."""
        tasks = [*self._working, *(task for run in self._reading.values() for task in run.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _check_kept(self, state: State, job: Job) -> None:
        """Raise UnreadableSecret where answers or scripts set values that a restart has lost."""
        run = state.runs[job.run]
        if self._read is None or not (run.progress.interruptions or run.progress.secret_outputs):
            return
        here = {name.lower() for name in self._set.get(job.run, {})}
        answers = [name for name in secret_answers(state, run) if name.lower() not in here]
        outputs = [name for name in secret_outputs(state, run) if name.lower() not in here]
        if outputs and (step := step_of(state, job)) is not None:
            seen = [each.value for each in declared(state, run, step, job.target).values()]
            outputs = [name for name in outputs if may_ask_for(step.script, seen, name)]
        lost = dict.fromkeys(answers, "it was given in an answer")
        lost |= dict.fromkeys(outputs, "a script has set it")
        if lost:
            said = (f"the sensitive variable {name} {_UNUSABLE.format(how)}" for name, how in lost.items())
            raise UnreadableSecret("; ".join(said))

    def _wanted(self, state: State, job: Job) -> dict[str, Secret | None]:
        """Return the source of each sensitive value of a job; None for one given at the start."""
        run = state.runs[job.run]
        if not run.request.secrets and not has_sensitive_values(state.model):
            return {}
        step = step_of(state, job)
        values = declared(state, run, step, job.target)
        secrets = {name: value.secret for name, value in values.items() if value.is_sensitive}
        elsewhere = overruled(state, run, step, job.target)
        return secrets | dict.fromkeys(name for name in run.request.secrets if name not in elsewhere)

    def reader(self, model: Model) -> Reader | None:
        """Return the reader of sources; None where nothing is read."""
        return None if self._read is None else self._reader(model)

    def _reader(self, model: Model) -> Reader:
        """Return the reader of sources, which withholds from commands the sources of other values (V5)."""
        if self._read is None or self._read is read_secret:
            return partial(read_secret, withheld=environment_sources(model))
        return self._read

    async def _all(self, run: Run, wanted: Mapping[str, Secret | None], read: Reader) -> dict[str, str]:
        values: dict[str, str] = {}
        problems: list[str] = []
        for name, secret in wanted.items():
            try:
                values[name] = await self._one(run, name, secret, read)
            except UnreadableSecret as problem:
                problems.append(f"the sensitive variable {name} cannot be used: {problem}")
        if problems:
            raise UnreadableSecret("; ".join(problems))
        return values

    async def _one(self, run: Run, name: str, secret: Secret | None, read: Reader) -> str:
        if secret is None and name in run.request.secrets:
            given = self._given.get(run.id, {})
            return given[name] if name in given else await self._inherited(run.id, name)
        if secret is None or self._read is None:
            return ""  # a prompt without an answer
        passed = self._passed.get(run.root, {})
        if secret.env in passed:
            value = checked(passed[secret.env])
            self.masked.hold(run.id, (value,))
            return value
        return await self._read_once(run, secret, read)

    async def _inherited(self, run: str, name: str) -> str:
        """Return an inherited value; raises UnreadableSecret."""
        task = self._inheriting.get(run)
        values = await asyncio.shield(task) if task is not None else {}
        if isinstance(values.get(name), UnreadableSecret) and self._inheriting.get(run) is task:
            del self._inheriting[run]  # a retry reads it again
        return _value(values, name)

    async def _read_once(self, run: Run, secret: Secret, read: Reader) -> str:
        """Read a value for the first job of a run that needs it; raises UnreadableSecret."""
        tasks = self._reading.setdefault(run.id, {})
        if secret not in tasks:
            tasks[secret] = asyncio.ensure_future(read(secret))
        try:
            value = await asyncio.shield(tasks[secret])
            if self._reading.get(run.id) is tasks:  # the run has not ended meanwhile
                self.masked.hold(run.id, (value,))
            return value
        except UnreadableSecret as problem:
            tasks.pop(secret, None)  # a retry reads it again
            raise self._explained(problem, secret) from None

    def _explained(self, problem: UnreadableSecret, secret: Secret) -> UnreadableSecret:
        """Return the problem, with advice where the source is a server's environment variable."""
        if self._served and secret.env is not None and secret.env not in os.environ:
            return UnreadableSecret(f"{problem} {_HOW.format(secret.env)}")
        return problem


def _value(given: "InheritedValues", name: str) -> str:
    """Return a value; raises UnreadableSecret without one."""
    value = given.get(name, UnreadableSecret(_LOST))
    if isinstance(value, UnreadableSecret):
        raise value
    return value


def _filled_in(state: State, job: Job, name: str, known: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Fill in a step's value of a child's variable; also return the sensitive names that are not known.

    Raises UnreadableSecret where it uses an output that its step may have set, and that is lost.
    """
    step = step_of(state, job)
    texts = step.child_run.variables.items() if step and step.child_run else ()
    text = next((text for each, text in texts if each.lower() == name.lower()), "")
    try:
        said = fill_child_text(state, state.runs[job.run], job.step or 0, text, text_budget(), known)
    except OverBudget as error:
        raise UnreadableSecret(f"it cannot be filled in: {error.reason}") from None
    if said.outputs:
        raise UnreadableSecret(f"it needs {said.outputs[0]}, which its step has not set or which {_GONE}")
    return said.filled.text, said.hidden
