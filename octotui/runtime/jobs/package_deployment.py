"""Deployment of a package: where it is installed, and which of its files are filled in (S1, V1)."""

import base64
import os
import shlex
import sys
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import cast

from octotui.engine.state import Job, Run
from octotui.model.process import Package, Step
from octotui.model.text_files import UnwritableText, plain_script, text_file
from octotui.variables.fill import Filler, warnings_of
from octotui.workers.machine import MachineFiles

LARGEST = 4 * 2**20  # bytes of a file that is filled in
MOST = 1000  # files

SCRIPTS = frozenset(f"{name}.{end}" for name in ("PreDeploy", "Deploy", "PostDeploy") for end in ("sh", "py"))
"""A package's own scripts, in which a carriage return or a byte order mark would be part of a command."""

Files = Mapping[str, bytes]
"""Files of a package to fill in, and its own scripts, by path."""


class Undeployable(Exception):
    """A package cannot be deployed as the step says; the text is a sentence."""


async def files_to_fill(run: Run, job: Job, files: MachineFiles, packages: str) -> Files:
    """Return the files of a job's package to fill in, none behind a link; raises Undeployable.

    `packages` is the folder of its packages on its machine.
    """
    step = run.runbook.steps[job.step or 0]
    action = cast("Package", step.action)
    root = extracted_to(run, step, packages)
    wanted = await _wanted(action, files, root) if action.substitute else ()
    found = await files.read(root, sorted(SCRIPTS.union(wanted)), LARGEST + 1)
    for name in wanted:
        if len(found.get(name, b"")) > LARGEST:
            raise _too_much(name)
    return {name: data for name, data in found.items() if len(data) <= LARGEST}  # else it holds an archive


async def _wanted(action: Package, files: MachineFiles, root: str) -> tuple[str, ...]:
    """Return the files that a step fills in, in order; raises Undeployable for too many or too large ones."""
    entries = await files.list(root, deep=True)
    held = {each.path.removeprefix(f"{root}/"): each.size for each in entries if each.kind == "file"}
    wanted = tuple(name for name in sorted(held) if _is_wanted(action, name))
    for number, name in enumerate(wanted, start=1):
        if number > MOST or held[name] > LARGEST:
            raise _too_much(name)
    return wanted


def _is_wanted(action: Package, name: str) -> bool:
    """Return whether a step fills in a file of its package."""
    patterns = (PurePosixPath(each).parts for each in action.substitute)
    return any(_fits(tuple(name.split("/")), pattern) for pattern in patterns)


def _fits(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Match a path against a pattern: `**` is any number of folders, `*` is within one name."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_fits(path[skipped:], pattern[1:]) for skipped in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and _fits(path[1:], pattern[1:])


def texts_of(files: Files) -> str:
    """Return all texts of a package that are filled in."""
    return "\n".join(file.text for data in files.values() if (file := text_file(data)))


def variables(run: Run, step: Step, job: Job, directory: str) -> dict[str, str]:
    """Return the variables that a package's own scripts get."""
    if not isinstance(step.action, Package):
        return {}
    package = step.packages[0]
    return {
        "Octopus.Action.Package.PackageId": package.id,
        "Octopus.Action.Package.PackageVersion": run.selection.version_of(package.text),
        "Octopus.Action.Package.InstallationDirectoryPath": step.action.install_to
        or _own_place(run, step, job, directory),
    }


def deployment(
    run: Run, job: Job, packages: str, files: Files, filler: Filler, python: str = sys.executable
) -> tuple[str, tuple[str, ...]]:
    """Return the script that deploys a job's package, and warnings; raises Undeployable and OverBudget.

    `python` is the interpreter of its machine.
    """
    step = run.runbook.steps[job.step or 0]
    action, package = cast("Package", step.action), step.packages[0]
    settings = {  # names that no variable of a run has in the environment
        "_source": extracted_to(run, step, packages),
        "_target": _target(filler),
        "_package": f"{package.id} {run.selection.version_of(package.text)}",
        "_job": job.id,
        "_python": python,
    }
    lines = [f"{name}={shlex.quote(value)}" for name, value in settings.items()]
    lines += ['. "${BASH_ENV%/*}/deploy.bash"', "stage <<'END'"]
    warnings: list[str] = []
    for name, data in files.items():
        text, problems = _filled(name, data, filler) if _is_wanted(action, name) else (data, ())
        warnings += [f"{name}: {problem}" for problem in problems]
        text = plain_script(text) if name in SCRIPTS else text
        if text != data:
            lines.append(f"{_encoded(os.fsencode(name))} {_encoded(text)}")
    return "\n".join([*lines, "END", "install", ""]), tuple(warnings)


def extracted_to(run: Run, step: Step, packages: str) -> str:
    """Return the folder of the step's package."""
    package = step.packages[0]
    return f"{packages}/{package.id}/{run.selection.version_of(package.text)}"


def _own_place(run: Run, step: Step, job: Job, directory: str) -> str:
    """Return the folder in which a package is installed by default."""
    places = [each for each in (run.request.environment, run.request.tenant) if each]
    version = run.selection.version_of(step.packages[0].text)
    return "/".join([directory, "applications", *places, step.packages[0].id, version])


def _target(filler: Filler) -> str:
    """Return the folder to install to, deep enough that an unset variable cannot replace a system folder."""
    directory = filler.values["octopus.action.package.installationdirectorypath"]
    path = PurePosixPath(filler.fill_in(directory).text)
    if not path.is_absolute() or ".." in path.parts or len(path.parts) < 3 or "#{" in str(path):
        raise Undeployable(
            f'it cannot be installed to "{directory}": give an absolute path, such as "/srv/shop"'
        )
    return str(path)


def _filled(name: str, data: bytes, filler: Filler) -> tuple[bytes, tuple[str, ...]]:
    """Fill in a file in its own encoding; return it with warnings. Raises Undeployable."""
    file = text_file(data)
    if file is None:
        return data, ("it is not text, and stays as it is",) if b"#{" in data else ()
    filled = filler.fill_in(file.text)
    try:
        content = file.encoded(filled.text)
    except UnwritableText as problem:
        raise Undeployable(f"{name} cannot be filled in: {problem}") from None
    warnings = warnings_of(filled)
    if file.assumed and _beyond_ascii(filled.text) != _beyond_ascii(file.text):
        warnings += (f"it is not in UTF-8, so its values are written in {file.encoding}",)
    return content, warnings


def _beyond_ascii(text: str) -> list[str]:
    return [each for each in text if not each.isascii()]


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _too_much(name: str) -> Undeployable:
    return Undeployable(
        f"{PurePosixPath(name).name} cannot be filled in: that is for at most {MOST} files of at most"
        f" {LARGEST:,} bytes"
    )
