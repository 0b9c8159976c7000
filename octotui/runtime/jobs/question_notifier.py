"""Notifies people of questions by the model's template: once each, in the background."""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from msgspec.structs import replace

from octotui.engine.commands import Command, ReportNotice
from octotui.engine.rules.variable_context import values_for
from octotui.engine.state import Interruption, Outcome, State, manual_of
from octotui.model.complaints import Reason
from octotui.model.iteration import environment_sources
from octotui.model.process import TemplateCall
from octotui.model.quantities import duration
from octotui.model.space import BUILT_IN
from octotui.runtime.clocks import Clock
from octotui.runtime.jobs.job_script import body_of, fill_without_blocking, filled
from octotui.runtime.jobs.masking import Masker
from octotui.runtime.jobs.secret_sources import UnreadableSecret
from octotui.runtime.jobs.secret_store import SecretStore
from octotui.runtime.jobs.template_parameters import requirements, texts
from octotui.runtime.jobs.transcript import Transcript
from octotui.store.errors import written
from octotui.store.private_files import opened_private
from octotui.store.space_folder import SpaceFolder
from octotui.variables.budget import Budget
from octotui.variables.template import OverBudget
from octotui.workers import environment_values
from octotui.workers.environment_values import carried
from octotui.workers.executor import AttemptSpec, StartError
from octotui.workers.machine import AttemptKey, MachineProcesses, Machines, Unreachable
from octotui.workers.reaching import follow_to_end, until_reached
from octotui.workers.script_environment import missed

PATIENCE = 120.0  # seconds that one notification may take
GRACE = 5.0  # seconds that closing a space waits for notifications
LARGEST = 1 << 16  # bytes of a notification's output that are kept


class QuestionNotifier:
    """Runs the template for each question that is raised, and logs the result to a file."""

    def __init__(
        self,
        folder: SpaceFolder,
        machines: Machines,
        secret_store: SecretStore,
        now: Clock,
        report: Callable[[Command], None],
    ) -> None:
        self._folder = folder
        self._machines = machines
        self._secret_store = secret_store
        self._masked = secret_store.masked
        self._now = now
        self._report = report
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, state: State, name: str) -> None:
        """Start the notification of an open question, where the model has a template."""
        question, action = state.interruptions.get(name), state.model.notify.action
        if action is not None and question is not None and question.open:
            task = asyncio.get_running_loop().create_task(self._tell(state, question, action))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> bool:
        """Wait briefly for running notifications, and cancel them; return whether there were any."""
        sending = tuple(self._tasks)
        if sending:
            await asyncio.wait(sending, timeout=GRACE)
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        return bool(sending)

    async def _tell(self, state: State, question: Interruption, action: TemplateCall) -> None:
        printed = bytearray()
        problem: Reason | None = "octotui was closed before that"
        try:
            outcome = await self._outcome(state, question, action, printed)
            problem = None if outcome.state.startswith("succeeded") else outcome.reason or outcome.state
        except Exception as error:  # no run may fail because of a notification
            problem = f"{type(error).__name__}, which is a bug of octotui"
        finally:
            problem = None if problem is None else self._masked.text(problem)
            unkept = self._keep(question, action, problem, bytes(printed))
            self._masked.release(question.id)
            reason = unkept if problem is None else f"{action.template}: {problem}"
            if reason is not None:
                self._report(ReportNotice(interruption=question.id, problem=reason))

    async def _outcome(
        self, state: State, question: Interruption, action: TemplateCall, printed: bytearray
    ) -> Outcome:
        """Run the template's script as a step would, without a job."""
        job = replace(state.jobs[question.job], id=f"notice-{question.id}")
        try:
            secrets = await self._secret_store.values(state, job)
        except UnreadableSecret as problem:
            return Outcome(state="failed", reason=str(problem))
        if secrets is None:
            return Outcome(state="cancelled", reason="its run ended")
        machine, now = self._machines.of(state.model, BUILT_IN), self._now()
        try:
            filling = partial(notice, state, question, action, machine.directory, now, secrets)
            work, warnings = await fill_without_blocking(
                filling, state.model, state.runs[question.run].request.process
            )
        except OverBudget as problem:
            return Outcome(state="failed", reason=problem.reason)
        masker = Masker((*secrets.values(), *work.sensitive), values=self._masked, holder=question.id)
        transcript = Transcript(
            lambda chunk, *about: printed.extend(chunk[: LARGEST - len(printed)]), masker=masker
        )
        printed.extend("".join(f"{transcript.masked(each)}\n" for each in warnings).encode()[:LARGEST])
        outcome = transcript.ended(await self._in_time(machine.processes, work, transcript))
        if outcome.state == "failed":
            hint = missed(printed.decode(errors="replace"), os.environ, work.passed, work.withheld)
            printed.extend(f"\n{hint}\n".encode() if hint else b"")
        return outcome

    async def _in_time(
        self, processes: MachineProcesses, work: AttemptSpec, transcript: Transcript
    ) -> Outcome:
        """Run the script, and stop it after PATIENCE seconds."""
        attempt = AttemptKey(f"{self._folder.path.name}-notices", f"{work.job}-1")
        running = asyncio.ensure_future(_run(processes, attempt, work, transcript))
        try:
            await asyncio.wait({running}, timeout=PATIENCE)
            if running.done():
                return running.result()
            return Outcome(state="failed", reason=f"it was not finished within {duration(PATIENCE)}")
        except StartError as problem:
            return Outcome(state="failed", reason=str(problem))
        finally:
            with suppress(Unreachable):
                if not running.done():
                    await processes.stop(attempt, 0.0)
                    await asyncio.wait({running}, timeout=GRACE)
                    running.cancel()
                await processes.clean(attempt)

    def _keep(
        self, question: Interruption, action: TemplateCall, problem: Reason | None, printed: bytes
    ) -> Reason | None:
        """Log the result; return the problem with that, or None."""
        at = datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="seconds")
        how = "was sent" if problem is None else f"was not sent: {problem}"
        head = f"{at} {question.id} of {question.run}: {action.template} {how}\n".encode()
        body = b"".join(b"    " + line + b"\n" for line in printed.splitlines())
        try:
            with opened_private(self._folder.notifications, "ab") as log:
                log.write(head + body)
        except OSError as error:
            return f"its log cannot be written: {written(error)}"
        return None


async def _run(
    processes: MachineProcesses, attempt: AttemptKey, work: AttemptSpec, transcript: Transcript
) -> Outcome:
    """Run an attempt to its end; raises StartError."""
    await until_reached(partial(processes.clean, attempt))
    await until_reached(partial(processes.start, attempt, work))
    return await follow_to_end(processes, attempt, transcript)


def notice(
    state: State,
    question: Interruption,
    action: TemplateCall,
    directory: str,
    now: float,
    secrets: Mapping[str, str],
    budget: Budget,
) -> tuple[AttemptSpec, tuple[str, ...]]:
    """Return the spec of a notification, and warnings from filling it in; raises OverBudget."""
    run = state.runs[question.run]
    values = values_for(state, run, None, texts(action)) | variables(state, question)
    filler, told, arguments = filled(action, values, secrets, now, budget)
    body, warnings = body_of(action, filler)
    environment = carried(told)
    work = AttemptSpec(
        job=f"notice-{question.id}",
        attempt=1,
        run=run.id,
        worker=BUILT_IN,
        directory=directory,
        shell=action.shell,
        script=body,
        values=told,
        environment=environment.environment,
        needs=requirements(action),
        passed=state.model.engine.environment,
        withheld=tuple(environment_sources(state.model)),
        sensitive=(*arguments.sensitive, *filler.derived),
        supervisor=state.model.engine.supervisor,
    )
    return work, (*arguments.warnings, *warnings, *environment_values.warnings_of(environment))


def variables(state: State, question: Interruption) -> dict[str, str]:
    """Return the variables of a question that a notification may use."""
    teams = (state.model.teams.get(slug) for slug in question.teams)
    failed = question.kind == "guided"
    expires = manual_of(state, question).expires
    values = {
        "Id": question.id,
        "Title": f"{question.step} failed" if failed else question.step,
        "Instructions": question.instructions,
        "Run": question.run,
        "RunName": state.runs[question.run].title,
        "Teams": ", ".join(team.name for team in teams if team) or "anyone",
        "Choices": ", ".join(question.choices),
        "Expires": "" if expires is None else duration(expires),
    }
    return {f"Octopus.Interruption.{name}": value for name, value in values.items()}
