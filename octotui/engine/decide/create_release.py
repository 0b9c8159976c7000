"""Creation and lookup of releases, and publication of outputs into variable sets (P1)."""

from octotui.engine import events
from octotui.engine.commands import CreateRelease, Refused
from octotui.engine.decide.transaction import Transaction
from octotui.engine.state import State, step_of
from octotui.engine.state.releases import (
    Release,
    declared_channel,
    images,
    is_version,
    next_version,
    release_key,
    requirements,
    unfit,
)
from octotui.model.complaints import did_you_mean
from octotui.model.space import DEFAULT_CHANNEL, Model


def create_release(turn: Transaction, command: CreateRelease) -> None:
    """Create a release of a process as it is declared now. Raises Refused."""
    model, process = turn.state.model, command.process
    definition = model.process(process)
    if definition is None:
        raise Refused(f"there is no project {process}{did_you_mean(process, model.processes).rstrip('.')}")
    version = command.version or next_version(each.version for each in releases_of(turn.state, process))
    if not is_version(version):
        raise Refused(f"“{version}” is no version; write one such as 1.2.0 or 1.2.0-beta.1")
    if release_key(process, version) in turn.state.releases:
        raise Refused(
            f"{definition.name} {version} is there already: name another version, or none for the next"
        )
    slug = channel_of(model, process, command.channel)
    channel = declared_channel(model, process, slug)
    needed = requirements(definition)
    problems = [
        reason
        for each in needed
        if (reason := unfit(each, channel, command.versions.get(each.text))) is not None
    ]
    unfixed = (image for image in images(definition) if image not in command.versions)
    problems += [f"no registry was asked for the image {image.partition(':')[2]}" for image in unfixed]
    if problems:
        raise Refused("; ".join(problems))
    release = Release(
        process=process,
        version=version,
        channel=slug,
        definition=definition,
        versions={
            text: command.versions[text] for text in (*(each.text for each in needed), *images(definition))
        },
        notes=command.notes,
        created=turn.state.releases_created + 1,
    )
    turn.emit(events.ReleaseCreated(release=release, requester=command.requester, origin=command.origin))


def channel_of(model: Model, process: str, channel: str | None) -> str | None:
    """Return the slug of the named or default channel; None for a runbook. Raises Refused."""
    project = model.projects.get(process)
    if project is None:
        if channel is not None:
            raise Refused(f"{model.runbooks[process].name} is a runbook, and has no channels: leave it out")
        return None
    if channel is not None and channel not in (*project.channels, project.default_channel):
        known = did_you_mean(channel, project.channels or (DEFAULT_CHANNEL,)).rstrip(".")
        raise Refused(f"{project.name} has no channel {channel}{known}")
    return channel or project.default_channel


def releases_of(state: State, process: str) -> list[Release]:
    """Return the releases of a process in order of creation; O(all releases)."""
    releases = (release for _, release in state.releases.items() if release.process == process)
    return sorted(releases, key=lambda release: release.created)


def newest_release(state: State, process: str) -> Release | None:
    """Return the latest release of a project, or publication of a runbook, or None."""
    version = state.newest.get(process)
    return None if version is None else state.releases[release_key(process, version)]


def publish(turn: Transaction, ended: events.JobEnded) -> None:
    """Publish the outputs of a successful step to the variable sets it names."""
    job, run = turn.job(ended.job), turn.run(ended.run)
    step = step_of(turn.state, job)
    if step is None or ended.state not in ("succeeded", "succeeded-with-warnings"):
        return
    outputs = {name.lower(): value for name, value in ended.outputs.items()}
    for name, variable_set in step.publish.items():
        if name.lower() in outputs:
            turn.emit(
                events.VariablePublished(
                    run=run.id,
                    variable_set=variable_set,
                    name=name,
                    value=outputs[name.lower()],
                    environment=run.request.environment,
                )
            )
