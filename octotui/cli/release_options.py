"""Options that `release` and `publish` share, and the creation of a release in a space."""

from pathlib import Path
from typing import TypedDict

import click

from octotui.cli.start_options import account, state_option
from octotui.cli.terminal.output import refuse, say
from octotui.engine.commands import CreateRelease
from octotui.engine.decide.create_release import releases_of
from octotui.engine.rules.lifecycles import next_environments
from octotui.engine.state import State
from octotui.engine.state.releases import Release, place_key, release_key
from octotui.model.space import Model


class ReleaseOptions(TypedDict):
    """The options of creating a release."""

    version: str | None
    packages: tuple[str, ...]
    notes: str
    as_json: bool
    state: Path | None


def making_options(function: click.decorators.FC) -> click.decorators.FC:
    """Add the options of `ReleaseOptions`."""
    for decorate in (
        state_option,
        click.option("--json", "as_json", is_flag=True, help="Print it as JSON."),
        click.option("--notes", metavar="TEXT", default="", help="What is new, in Markdown."),
        click.option(
            "--package", "packages", metavar="ID=VERSION", multiple=True, help="This version of a package."
        ),
        click.option("--version", metavar="V", help="Its version; without it, the next."),
    ):
        function = decorate(function)
    return function


def make(model: Model, file: Path | None, process: str, channel: str | None, options: ReleaseOptions) -> None:
    """Create a release of a process in its space, and print it; exit with code 2 where it is refused."""
    from octotui.cli.requests import run_request

    command = CreateRelease(
        process=process,
        version=options["version"],
        channel=channel,
        notes=options["notes"],
        requester=account(),
    )
    packages = pinned(options["packages"])
    made = run_request(lambda: _make(model, file, command, packages, options["state"]))
    if options["as_json"]:
        from octotui.cli.terminal.output import say_json

        say_json(listed(made))
    else:
        from octotui.views.releases import made as sentence

        say(sentence(made))


async def _make(
    model: Model, file: Path | None, command: CreateRelease, packages: dict[str, str], state: Path | None
) -> Release:
    from octotui.cli.spaces.connection import there
    from octotui.runtime.release_maker import make_release

    async with there(model, file, state) as session:
        return await make_release(session, command, packages)


def pinned(pairs: tuple[str, ...]) -> dict[str, str]:
    """Parse `--package ID=VERSION`."""
    packages = {}
    for pair in pairs:
        package, equals, version = pair.partition("=")
        if not (package and equals and version):
            refuse(f"--package takes ID=VERSION, not “{pair}”")
        packages[package] = version
    return packages


def listed(release: Release) -> dict[str, object]:
    """Return a release as JSON."""
    return {
        "type": "Release",
        "process": release.process,
        "version": release.version,
        "channel": release.channel,
        "packages": release.versions,
        "notes": release.notes,
        "deployed": release.deployed,
    }


def state_of(model: Model, state_dir: Path | None) -> State:
    """Return the State of a space on disk; exit with code 1 where it cannot be read."""
    from octotui.runtime.open_space import state_on_disk
    from octotui.store.errors import StoreError
    from octotui.store.space_folder import space_folder

    try:
        return state_on_disk(space_folder(model.space.slug, state_dir))
    except StoreError as error:
        refuse(str(error), 1)


def newest(model: Model, state: State, project: str) -> Release:
    """Return the newest release in a project's default channel; exit with code 2 where there is none."""
    declared = model.projects[project]
    releases = [each for each in releases_of(state, project) if each.channel == declared.default_channel]
    if not releases:
        refuse(
            f"{declared.name} has no release in the channel {declared.default_channel}:"
            " make one with octotui release, or say which with --release"
        )
    return releases[-1]


def deployed_in(model: Model, state: State, project: str, environment: str, tenant: str | None) -> Release:
    """Return the release deployed last to an environment; exit with code 2 where there is none."""
    version = state.current.get(place_key(project, environment, tenant))
    release = state.releases.get(release_key(project, version or ""))
    if release is None:
        for_whom = f" for {model.tenants[tenant].name}" if tenant else ""
        refuse(
            f"nothing of {model.projects[project].name} is in"
            f" {model.environments[environment].name}{for_whom}"
        )
    return release


def next_place(model: Model, release: Release, tenant: str | None) -> str:
    """Return the next environment of a release; exit with code 2 where there are several, or none."""
    places = next_environments(model, release, tenant)
    if not places:
        refuse(f"{release.title} is at the end of its lifecycle: say where with --to")
    if len(places) > 1:
        refuse(f"{release.title} may go to {' or '.join(places)}: say which with --to")
    return places[0]
