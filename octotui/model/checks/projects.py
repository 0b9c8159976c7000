"""Contradictions in projects and lifecycles."""

import re

from octotui.model.complaints import Keys, Reason, Report, did_you_mean
from octotui.model.iteration import placed
from octotui.model.process import Runbook
from octotui.model.space import Channel, Lifecycle, Model
from octotui.model.versions import RangeError, range_of


def check_projects(model: Model, report: Report) -> None:
    """Report contradictory slugs, channels and phases."""
    for slug, project in model.projects.items():
        at: Keys = ("projects", slug)
        if slug in model.runbooks:
            report(at, f'A runbook has the slug "{slug}" too; rename one of them.')
        _check_channels(project.channels, project.deployment, at, report)
        _check_applies(project.deployment, [*project.channels, project.default_channel], at, report)
    for slug, runbook in model.runbooks.items():
        for keys, step in placed(runbook, ("runbooks", slug)):
            if step.channels:
                message = "Only releases of a project have a channel, and this is a runbook; remove it."
                report((*keys, "channels"), message)
    for slug, lifecycle in model.lifecycles.items():
        _check_phases(lifecycle, ("lifecycles", slug, "phases"), report)


def _check_channels(channels: dict[str, Channel], process: Runbook, at: Keys, report: Report) -> None:
    """Report second default channels, bad patterns, and ranges of packages that no step needs."""
    marked = [slug for slug, channel in channels.items() if channel.default]
    for slug in marked[1:]:
        message = f'"{marked[0]}" is the default channel already; keep one of them.'
        report((*at, "channels", slug, "default"), message)
    for slug, channel in channels.items():
        if channel.tag is not None and (problem := _not_a_pattern(channel.tag)) is not None:
            report((*at, "channels", slug, "tag"), f'"{channel.tag}" is not a pattern: {problem}.')
    needed = dict.fromkeys(package for step in process.flat().steps for package in step.package_ids)
    for slug, channel in channels.items():
        for package, versions in channel.versions.items():
            of_package = (*at, "channels", slug, "versions", package)
            if package not in needed:
                report(of_package, f'No step needs the package "{package}"{did_you_mean(package, needed)}')
            try:
                range_of(versions)
            except RangeError as error:
                report(of_package, str(error))


def _not_a_pattern(pattern: str) -> Reason | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return None


def _check_applies(process: Runbook, channels: list[str], at: Keys, report: Report) -> None:
    """Report steps that apply to channels of other projects."""
    for of_step, step in placed(process, at):
        for index, name in enumerate(step.channels):
            if name not in channels:
                message = f'This project has no channel "{name}"{did_you_mean(name, channels)}'
                report((*of_step, "channels", index), message)


def _check_phases(lifecycle: Lifecycle, at: Keys, report: Report) -> None:
    """Report phases with duplicate names, without environments, or with duplicate ones."""
    called: set[str] = set()
    seen: dict[str, str] = {}
    for index, phase in enumerate(lifecycle.phases):
        if phase.name in called:
            message = f'Another phase of this lifecycle is called "{phase.name}"; rename one of them.'
            report((*at, index, "name"), message)
        called |= {phase.name} - {""}
        if not phase.environments:
            report((*at, index, "environments"), "A phase has at least one environment; name some.")
        for position, name in enumerate(phase.environments):
            first = seen.setdefault(name, phase.name)
            if first != phase.name:
                message = f'"{name}" is in the phase "{first}" already; keep one of them.'
                report((*at, index, "environments", position), message)
