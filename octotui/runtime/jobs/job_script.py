"""What an executor is given for a job: the script filled in, and the values in its environment."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from octotui.engine.rules.variable_context import lookup, values_for
from octotui.engine.state import Job, Run, State
from octotui.model.process import Package, Script
from octotui.runtime.jobs.package_deployment import Files, deployment, texts_of, variables
from octotui.runtime.jobs.template_parameters import TemplateArguments, given, requirements, texts
from octotui.variables.fill import escape, fill_in, warnings_of
from octotui.variables.template import Names
from octotui.workers.executor import AttemptSpec

NEEDED = re.compile(
    r"PATH|HOME|SHELL|USER|LOGNAME|PWD|OLDPWD|TMPDIR|IFS|ENV|CDPATH|PS[0-4]|SHELLOPTS|PSModulePath"
    r"|(?:LD|DYLD|BASH|PYTHON|OCTOTUI)\w*"
)
"""Environment variables that say which programs run and what they load; no variable of a run is one."""

NOTHING: Mapping[str, str] = MappingProxyType({})
NO_FILES: Files = MappingProxyType({})


def script_work(
    state: State,
    job: Job,
    directory: str,
    now: float | None = None,
    secrets: Mapping[str, str] = NOTHING,
    files: Files = NO_FILES,
    packages: str = "",
) -> tuple[AttemptSpec, tuple[str, ...]]:
    """The work of a script job on a worker that lives in `directory`, and what to warn of (V1).

    `secrets` are sensitive values, by their names, that only the script may see; `packages` is the folder of
    its packages, and `files` are those of the package it deploys that are filled in. Raises Undeployable.
    """
    run = state.runs[job.run]
    step = run.runbook.steps[job.step or 0]
    script = step.script or Script(body="")
    asked = f"{texts(script)}\n{texts_of(files)}"
    values = values_for(state, run, job.step, asked, target=job.target)
    packages = packages or f"{directory}/packages"
    values |= extracted(run, job, directory, packages)
    known, environment, arguments = filled(script, values, secrets, now)
    body, warnings = body_of(script, known, now)
    if isinstance(script, Package):
        body, warnings = deployment(run, job, packages, files, known, now)
    work = AttemptSpec(
        job=job.id,
        attempt=job.attempt,
        run=job.run,
        worker=job.worker or "",
        directory=directory,
        shell=script.shell,
        script=requirements(script) + body,
        environment=environment,
        grace=step.grace,
        simulate=step.simulate,
        sensitive=arguments.sensitive,
    )
    return work, arguments.warnings + warnings


def filled(
    script: Script, values: Mapping[str, str], secrets: Mapping[str, str], now: float | None
) -> tuple[Names, dict[str, str], TemplateArguments]:
    """What a script is filled in with, its environment variables, and what it says to its template."""
    literal = {name: escape(value) for name, value in secrets.items()}
    seen = {**values, **literal}
    arguments = given(script, lookup(seen), now)
    replaced = lookup(arguments.values)
    seen = {name: value for name, value in seen.items() if name.lower() not in replaced} | arguments.values
    known = lookup(seen)
    environment = {
        plain: secrets[name] if value is literal.get(name) else fill_in(value, known, now).text
        for name, value in seen.items()
        if (plain := environment_name(name))
    }
    return known, environment, arguments


def body_of(script: Script, known: Mapping[str, str], now: float | None) -> tuple[str, tuple[str, ...]]:
    """A script filled in, and what to warn of."""
    filled = fill_in(script.body, known, now)
    return filled.text, warnings_of(filled)


def extracted(run: Run, job: Job, directory: str, packages: str) -> dict[str, str]:
    """Where the packages of a job's step lie on its worker, in the folder `packages`."""
    step = run.runbook.steps[job.step or 0]
    values: dict[str, str] = {}
    for each in step.packages:
        version = (run.versions or {}).get(each.text, "")
        name = f"Octopus.Action.Package[{each.id}]"
        values[f"{name}.PackageId"] = each.id
        values[f"{name}.PackageVersion"] = version
        values[f"{name}.ExtractedPath"] = f"{packages}/{each.id}/{version}"
    if step.container:
        values["Octopus.Action.Container.Image"] = (run.versions or {}).get(
            f"container:{step.container}", step.container
        )
    return values | variables(run, step, job, directory)


@cache
def environment_name(name: str) -> str:
    """A variable's name as an environment variable: `Octopus_Step_Name`; `...` has none.

    One that programs need as it is gets a line before it: a variable `PATH` is `_PATH`.
    """
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")
    return f"_{plain}" if plain[:1].isdigit() or NEEDED.fullmatch(plain) else plain
