"""Sensitive values of open runs, in memory alone: read once a run, given at its start, set by its scripts.

All of them are `masked` in the whole space until their run has ended.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from octotui.engine.rules.child_values import say
from octotui.engine.rules.output_variables import (
    output_names,
    output_prefixes,
    secret_answers,
    secret_outputs,
)
from octotui.engine.rules.variable_context import declared, overruled
from octotui.engine.state import Job, Run, State, step_of
from octotui.model.iteration import environment_sources, variables
from octotui.model.space import Model
from octotui.model.values import Secret
from octotui.runtime.jobs.masking import SensitiveValues
from octotui.runtime.jobs.secret_sources import UnreadableSecret, checked, own_secrets, read_secret
from octotui.runtime.jobs.template_parameters import may_ask_for
from octotui.variables.budget import text_budget
from octotui.variables.fill import escape
from octotui.variables.template import OverBudget

T = TypeVar("T")
Reader = Callable[[Secret], Coroutine[Any, Any, str]]

InheritedValues = dict[str, str | UnreadableSecret]
"""What a step gives to a run, by the names there: values, or why there is none."""

NOTHING: Mapping[str, str] = MappingProxyType({})

AT_ONCE = 8  # values that are read at the same time where a space is opened
OPENING = 5.0  # seconds that opening a space waits for them; what takes longer is masked once it is read

_OCTOTUI = "octotui"  # holds what it reads for itself; a run has another name
_OUTPUT = "Octopus.Action["
_GONE = "was kept only in memory, and octotui was restarted or its run has ended since: start the run again"
_LOST = "it was given at the start of the run, and octotui was restarted since: start the run again"

_HOW = (
    "in the server's environment: `octotui stop FILE`, then start it from a shell that has it,"
    " or pass your own for one run with --pass-env {}"
)
_UNUSABLE = "cannot be used: {}, and octotui was restarted since: start the run again"


class SecretStore:
    """Keeps what no journal, log or screen may hold (V5); in a new session it is empty."""

    def __init__(self, read: Reader | None = read_secret, *, served: bool = False) -> None:
        """Without `read` nothing is read: nobody runs a script with it. A server's environment is its own."""
        self.masked = SensitiveValues()
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
        """Keep what was given when a run was asked for: values, and variables passed to its family."""
        self._given[run] = dict(values)
        self.masked.hold(run, (*values.values(), *passed.values()))
        if passed:
            self._passed[run] = dict(passed)

    def inherit(self, state: State, name: str) -> None:
        """Begin to fill in the sensitive values that a step gives to the run it starts, as they are now."""
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
        """What a job gives to the run it started, filled in with what is `known` and its run was `given`."""
        wanted, parent = self._wanted(state, job), state.runs[job.run]
        read = self._reader(state.model)
        inherited: InheritedValues = {**given, **(await asyncio.shield(above) if above is not None else {})}
        kept_in_memory = (*secret_answers(state, parent), *secret_outputs(state, parent))
        for name in kept_in_memory:  # those that are known are not looked for
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
        if run.id in self._inheriting:  # it has not ended meanwhile
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
        """A sensitive value of the run that has started another one; raises UnreadableSecret."""
        if name in given or name in parent.request.secrets:
            return _value(given, name)
        if secret is None:
            return ""  # asked for, and nobody said anything
        passed = self._passed.get(run.root, {})
        try:
            value = checked(passed[secret.env]) if secret.env in passed else await read(secret)
        except UnreadableSecret as problem:
            raise self._explained(problem, secret) from None
        if run.id in self._inheriting:
            self.masked.hold(run.id, (value,))
        return value

    def hold_own(self, model: Model) -> None:
        """Mask what octotui itself reads, as long as it goes on."""
        if self._read is not None:
            self.masked.hold(_OCTOTUI, own_secrets(model))

    async def reload(self, state: State) -> None:
        """Mask again what open runs had read, and were given by steps, before octotui was opened anew.

        What cannot be read is left: a job that needs it says so. Equal sources are read once.
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
        """Mask what a step gave to a run; where something is missing, a job that needs it looks again."""
        self.inherit(state, run.id)
        task = self._inheriting.get(run.id)
        values = await asyncio.shield(task) if task is not None else {}
        missing = any(isinstance(value, UnreadableSecret) for value in values.values())
        if missing and self._inheriting.get(run.id) is task:
            del self._inheriting[run.id]

    def _read_before(self, state: State, run: Run) -> Iterator[Secret]:
        """What jobs of a run that have begun read their sensitive values from."""
        jobs = (job for job in map(state.jobs.get, run.progress.jobs) if job is not None)
        begun = {(job.step, job.target): job for job in jobs if job.kind == "script" and job.attempt}
        for job in begun.values():
            yield from (secret for secret in self._wanted(state, job).values() if secret is not None)

    def _begun(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Work that goes on by itself, until it is over or the store is closed."""
        task = asyncio.ensure_future(work)
        self._working.add(task)
        task.add_done_callback(_retrieve_exception)
        task.add_done_callback(self._working.discard)
        return task

    def restore(self, run: Run, values: Mapping[str, str]) -> None:
        """Keep again what an earlier session has given to a job of a run that goes on."""
        for name, value in values.items():
            if name in run.request.secrets:
                self._given.setdefault(run.id, {})[name] = value
            elif name.startswith(_OUTPUT):
                self._set.setdefault(run.id, {}).setdefault(name, value)

    def record(self, state: State, job: Job, outputs: Mapping[str, str]) -> None:
        """Keep what the script of a job has set: the last on any target, and each target's own (V7)."""
        step, kept = step_of(state, job), self._set.setdefault(job.run, {})
        written = {name.lower(): name for name in kept}
        for prefix in output_prefixes(state, step.name, job.target) if step else ():
            for name, value in outputs.items():
                kept.pop(written.get(f"{prefix}.{name}".lower(), ""), None)
                kept[f"{prefix}.{name}"] = value
        self.masked.hold(job.run, outputs.values())

    def return_outputs(self, state: State, name: str) -> None:
        """Keep what scripts of a run that has ended have set for the step that waited for it, too (V7)."""
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
        """Let go of all that is kept for a run that has ended, and of what families that have were passed."""
        for root in [each for each in self._passed if each not in state.families]:
            del self._passed[root]
        self.masked.release(run)
        self._given.pop(run, None)
        self._set.pop(run, None)
        self._inheriting.pop(run, None)
        for task in self._reading.pop(run, {}).values():
            task.cancel()

    async def values(self, state: State, job: Job) -> dict[str, str] | None:
        """The sensitive values that a job's script sees, or None where the job was stopped meanwhile.

        Raises UnreadableSecret with a sentence for each that cannot be used.
        """
        wanted = {} if self._read is None else self._wanted(state, job)
        self._check_kept(state, job)
        if not wanted:
            return dict(self._set.get(job.run, {}))
        run = state.runs[job.run]
        if run.id not in self._inheriting and not self._given.get(run.id, {}).keys() >= set(run.request.secrets):
            self.inherit(state, run.id)
        reading = self._all(run, wanted, self._reader(state.model))
        waiting = self._waiting[job.id] = asyncio.ensure_future(reading)
        await asyncio.wait({waiting})
        del self._waiting[job.id]
        return None if waiting.cancelled() else waiting.result() | self._set.get(job.run, {})

    def stop(self, job: str) -> None:
        """Let a job wait no longer for its values."""
        if job in self._waiting:
            self._waiting[job].cancel()

    async def close(self) -> None:
        """End all that is being read."""
        tasks = [*self._working, *(task for run in self._reading.values() for task in run.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _check_kept(self, state: State, job: Job) -> None:
        """Complain where answers or scripts gave values to the memory of an octotui that is no more."""
        if self._read is None:
            return
        run, here = state.runs[job.run], {name.lower() for name in self._set.get(job.run, {})}
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
        """Where each sensitive value of a job is read; None is one that was asked for."""
        run = state.runs[job.run]
        step = step_of(state, job)
        values = declared(state, run, step, job.target)
        secrets = {name: value.secret for name, value in values.items() if value.is_sensitive}
        elsewhere = overruled(state, run, step, job.target)
        return secrets | dict.fromkeys(name for name in run.request.secrets if name not in elsewhere)

    def _reader(self, model: Model) -> Reader:
        """What reads a source, as the model stands: a command has no source of another value (V5)."""
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
            return ""  # asked for, and nobody said anything
        passed = self._passed.get(run.root, {})
        if secret.env in passed:
            value = checked(passed[secret.env])
            self.masked.hold(run.id, (value,))
            return value
        return await self._read_once(run, secret, read)

    async def _inherited(self, run: str, name: str) -> str:
        """A sensitive value that a step gave to a run; raises UnreadableSecret."""
        task = self._inheriting.get(run)
        values = await asyncio.shield(task) if task is not None else {}
        if isinstance(values.get(name), UnreadableSecret) and self._inheriting.get(run) is task:
            del self._inheriting[run]  # a retry reads it anew
        return _value(values, name)

    async def _read_once(self, run: Run, secret: Secret, read: Reader) -> str:
        """The value, read for the first job of a run that needs it; raises UnreadableSecret."""
        tasks = self._reading.setdefault(run.id, {})
        if secret not in tasks:
            tasks[secret] = asyncio.ensure_future(read(secret))
            tasks[secret].add_done_callback(_retrieve_exception)
        try:
            value = await asyncio.shield(tasks[secret])
            if self._reading.get(run.id) is tasks:  # it has not ended meanwhile
                self.masked.hold(run.id, (value,))
            return value
        except UnreadableSecret as problem:
            tasks.pop(secret, None)  # a retry reads it anew
            raise self._explained(problem, secret) from None

    def _explained(self, problem: UnreadableSecret, secret: Secret) -> UnreadableSecret:
        """Why a value cannot be read, and what to do where it is an environment variable of a server."""
        if self._served and secret.env is not None and secret.env not in os.environ:
            return UnreadableSecret(f"{problem} {_HOW.format(secret.env)}")
        return problem


def _value(given: "InheritedValues", name: str) -> str:
    """A value of those that were given; raises UnreadableSecret where there is none."""
    value = given.get(name, UnreadableSecret(_LOST))
    if isinstance(value, UnreadableSecret):
        raise value
    return value


def _filled_in(state: State, job: Job, name: str, known: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """What the step of a job says for a variable, and the sensitive ones it names that are not known.

    Raises UnreadableSecret where it names an output that its step may have set, and that is not here.
    """
    step = step_of(state, job)
    texts = step.child_run.variables.items() if step and step.child_run else ()
    text = next((text for each, text in texts if each.lower() == name.lower()), "")
    try:
        said = say(state, state.runs[job.run], job.step or 0, text, text_budget(), known)
    except OverBudget as error:
        raise UnreadableSecret(f"it cannot be filled in: {error.reason}") from None
    if said.outputs:
        raise UnreadableSecret(f"it needs {said.outputs[0]}, which its step has not set or which {_GONE}")
    return said.filled.text, said.hidden


def _retrieve_exception(task: "asyncio.Task[Any]") -> None:
    """Take note of how reading ended, though nobody may wait for it any more."""
    if not task.cancelled():
        task.exception()
