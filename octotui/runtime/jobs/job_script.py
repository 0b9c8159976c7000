"""The input of an executor: a job's script filled in, its values, and its environment."""

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from typing import TypeVar, assert_never

from octotui.engine.rules.container_images import image_in
from octotui.engine.rules.output_variables import own_secrets
from octotui.engine.rules.variable_context import lookup, values_for
from octotui.engine.state import Job, Run, State
from octotui.model.iteration import environment_sources, seen_by
from octotui.model.machines.tool_needs import need_of
from octotui.model.process import AnyScript, Package, Script, Step, TemplateCall
from octotui.model.space import Model
from octotui.model.system_variables import NO_PACKAGE_FILE, package_file_in
from octotui.runtime.jobs.clusters.kubeconfig import on_cluster, script_on
from octotui.runtime.jobs.clusters.login import parted
from octotui.runtime.jobs.containers.contained_script import contained
from octotui.runtime.jobs.package_deployment import Files, deployment, texts_of, variables
from octotui.runtime.jobs.template_parameters import TemplateArguments, given, texts
from octotui.variables.budget import Budget, text_budget
from octotui.variables.fill import Filler, escape, warnings_of
from octotui.variables.syntax.sensitive_names import SensitiveNames
from octotui.variables.template import OverBudget
from octotui.workers import environment_values
from octotui.workers.environment_values import carried
from octotui.workers.executor import AttemptSpec

MANY = 2000  # variables whose filling takes long, whatever they hold
SECONDS = 10.0  # time limit for all patterns of a job
WITH_NUL = (
    "a value with a NUL was filled into the script, and no shell reads a NUL, so it was left out: read the"
    " value with get_octopusvariable"
)
T = TypeVar("T")


async def fill_without_blocking(
    filling: Callable[[Budget], T], model: Model, process: str, *, large: bool = False
) -> T:
    """Return `filling(budget)`, in a thread where its texts are `large` or take long.

    It is called with a small budget first, and where that is exceeded, with that of a whole job. Raises
    OverBudget.
    """
    if not large and sum(map(len, seen_by(model, process))) < MANY:
        try:
            return filling(text_budget())
        except OverBudget:
            pass
    end = time.monotonic() + SECONDS
    return await asyncio.to_thread(filling, Budget(is_over=lambda: time.monotonic() > end))


def script_work(
    state: State,
    job: Job,
    directory: str,
    now: float | None,
    secrets: Mapping[str, str],
    files: Files,
    packages: str,
    budget: Budget,
    *,
    python: str = sys.executable,
) -> tuple[AttemptSpec, tuple[str, ...]]:
    """Return the spec of a script job on a worker with this `directory`, and warnings (V1).

    `secrets` are sensitive values by name, for the script alone; `packages` is the folder of its packages,
    `files` are those of the deployed package to fill in, and `python` is the machine's interpreter. One
    budget covers everything. Raises Undeployable and OverBudget.
    """
    run = state.runs[job.run]
    step = run.runbook.steps[job.step or 0]
    script = script_on(state.model, job.target, step) or step.script or Script(body="")
    login, secrets = parted(secrets) if state.model.cluster_of(job.target) is not None else ({}, secrets)
    asked = f"{texts(script)}\n{texts_of(files)}"
    values = values_for(state, run, job.step, asked, target=job.target)
    values |= extracted(run, job, directory, packages)
    secrets = own_secrets(state, job.target, values, secrets)
    filler, told, arguments = filled(script, values, secrets, now, budget)
    match script:
        case Package():
            body, warnings = deployment(run, job, packages, files, filler, python)
        case Script() | TemplateCall():
            body, warnings = body_of(script, filler)
        case _:
            assert_never(script)
    environment = carried(told)
    work = AttemptSpec(
        job=job.id,
        attempt=job.attempt,
        run=job.run,
        worker=job.worker or "",
        directory=directory,
        shell=script.shell,
        script=body,
        values=told,
        environment=environment.environment,
        needs=tuple(need_of(each).tool for each in step.script_tools),
        passed=state.model.engine.environment,
        withheld=tuple(environment_sources(state.model)),
        grace=step.grace,
        simulate=step.simulate,
        sensitive=(*arguments.sensitive, *filler.derived),
        supervisor=state.model.engine.supervisor,
        stderr=state.model.engine.stderr,
    )
    work = on_cluster(work, state.model, job.target or "", login)
    if step.is_contained:
        key = packages.rpartition("/")[2]
        work = contained(work, step.contained, image_in(run, job.step or 0, job.target), key, packages)
    left_out = environment_values.warnings_of(environment, run.progress.warnings)
    asks = bool(step.packages) and package_file_in(script.body) is not None
    own = (*uncontained(step), *((NO_PACKAGE_FILE,) if asks else ()))
    return work, (*arguments.warnings, *warnings, *left_out, *own)


def filled(
    script: AnyScript,
    values: Mapping[str, str],
    secrets: Mapping[str, str],
    now: float | None,
    budget: Budget,
) -> tuple[Filler, dict[str, str], TemplateArguments]:
    """Return the filler of a script, its values filled in, and its template's arguments; raises OverBudget.

    Whatever filters derive from sensitive values is sensitive as well (V5).
    """
    literal = {name: escape(value) for name, value in secrets.items()}
    seen = {**values, **literal}
    names = SensitiveNames(seen, secrets)
    arguments = given(script, names, now, budget)
    if arguments.values:
        replaced = lookup(arguments.values)
        seen = {name: value for name, value in seen.items() if name.lower() not in replaced}
        seen |= arguments.values
        sensitive = {name for name in names.sensitive if name not in replaced} | arguments.made_of_sensitive
        names = SensitiveNames(seen, sensitive, names.derived)
    filler = Filler(names, now, budget)
    told = {
        name: secrets[name] if value is literal.get(name) else filler.fill_in(value).text
        for name, value in seen.items()
    }
    return filler, told, arguments


def body_of(script: AnyScript, filler: Filler) -> tuple[str, tuple[str, ...]]:
    """Fill in a script, unless it is `verbatim`; return it with warnings. Raises OverBudget."""
    text = script.body
    warnings: tuple[str, ...] = ()
    if not script.verbatim:
        filled = filler.fill_in(script.body)
        text, warnings = filled.text, warnings_of(filled)
    return text.replace("\0", ""), (*warnings, *((WITH_NUL,) if "\0" in text else ()))


def extracted(run: Run, job: Job, directory: str, packages: str) -> dict[str, str]:
    """Return the variables of a step's packages, which are extracted in the folder `packages`."""
    step = run.runbook.steps[job.step or 0]
    values: dict[str, str] = {}
    for each in step.packages:
        version = run.selection.version_of(each.text)
        name = f"Octopus.Action.Package[{each.id}]"
        values[f"{name}.PackageId"] = each.id
        values[f"{name}.PackageVersion"] = version
        values[f"{name}.ExtractedPath"] = f"{packages}/{each.id}/{version}"
    if step.container:
        image, digest = image_in(run, job.step or 0, job.target)
        values["Octopus.Action.Container.Image"] = f"{image}@{digest}" if digest else image
    return values | variables(run, step, job, directory)


def uncontained(step: Step) -> tuple[str, ...]:
    """Return a warning for a script that a model of an older version wanted in a container (S8)."""
    if step.container is None or step.runs_contained is not None:
        return ()
    return (f"an earlier version started this, so that its script does not run in {step.container}",)
