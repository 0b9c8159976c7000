"""Packages of steps: their feeds, version ranges and files."""

import re
from collections.abc import Iterable
from pathlib import Path

from octotui.model.complaints import InsideReport, Keys, Report, SourcePosition, did_you_mean
from octotui.model.iteration import steps
from octotui.model.process import HealthCheck, Package, Requirement, Step, TemplateCall
from octotui.model.space import Model
from octotui.model.system_variables import NO_PACKAGE_FILE, package_file_in
from octotui.model.versions import ANY, VERSION, RangeError, range_of

_FILE = re.compile(rf"(.+?)\.({VERSION})\.(?:zip|tar\.gz|tgz|nupkg)")


def package_of(file: str) -> Requirement | None:
    """Return the id and version in the name of a file such as `worker-image.2.1.0.zip`, or None."""
    match = _FILE.fullmatch(file)
    return Requirement(match[1], match[2]) if match else None


def check_packages(model: Model, report: Report) -> None:
    """Report feeds without a folder, and packages that no feed holds, without network access (P1)."""
    folders = {slug: Path(feed.directory) for slug, feed in model.feeds.items() if feed.directory}
    missing = [slug for slug, folder in folders.items() if not folder.is_dir()]
    for slug in missing:
        message = f'There is no folder "{folders[slug]}"; make it, or name another.'
        report(("feeds", slug, "directory"), message)
    held = _ids(folder for slug, folder in folders.items() if slug not in missing)
    known = not missing and all(feed.directory or feed.registry for feed in model.feeds.values())
    for of_step, step in steps(model):
        for index, package in enumerate(step.packages):
            at = (*of_step, *_place(step, index))
            _check_range(package, at, report)
            if not model.feeds:
                report(at, f'"{package.id}" needs a feed; declare one, such as [feeds.local].')
            elif known and package.id not in held:
                meant = did_you_mean(package.id, held) if held else "; their folders hold no package at all."
                report(at, f'No feed holds the package "{package.id}"{meant}')


def warn_of_package_files(model: Model, report: InsideReport) -> None:
    """Warn of scripts that use the file of a package, which is not kept once extracted."""
    for at, step in steps(model):
        script = step.script
        if script is not None and step.packages and (found := package_file_in(script.body)) is not None:
            line, column = script.body.count("\n", 0, found) + 1, found - script.body.rfind("\n", 0, found)
            inline, file = not isinstance(script, TemplateCall), script.file
            where = SourcePosition(line, column, file) if inline else SourcePosition(1, 1)
            keys = ("script", "file" if file else "body") if inline else ("template",)
            keys = ("health_check", *keys) if isinstance(step.action, HealthCheck) else keys
            report((*at, *keys), f"{NO_PACKAGE_FILE[0].upper()}{NO_PACKAGE_FILE[1:]}.", where)


def _place(step: Step, index: int) -> Keys:
    """Return the key path of a step's package within the step; the first may be the one it deploys."""
    if not isinstance(step.action, Package):
        return ("packages", index)
    return ("packages", index - 1) if index else ("package",)


def _check_range(package: Requirement, at: Keys, report: Report) -> None:
    try:
        range_of(package.version or ANY)
    except RangeError as error:
        report(at, str(error))


def _ids(folders: Iterable[Path]) -> list[str]:
    files = (file.name for folder in folders for file in sorted(folder.iterdir()))
    return list(dict.fromkeys(package.id for file in files if (package := package_of(file))))
