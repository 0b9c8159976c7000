"""What `release` and `publish` share: options, and making it in the space."""

import asyncio
from pathlib import Path
from typing import TypedDict

import click

from octotui.cli.model_files import refuse, say
from octotui.cli.start_options import account, state_option
from octotui.engine.commands import CreateRelease, Refused
from octotui.engine.state.releases import Release
from octotui.model.space import Model


class ReleaseOptions(TypedDict):
    """The options of making a release."""

    version: str | None
    packages: tuple[str, ...]
    notes: str
    as_json: bool
    state: Path | None


def making_options(function: click.decorators.FC) -> click.decorators.FC:
    """The options of `Making`."""
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


def make(model: Model, file: Path, process: str, channel: str | None, options: ReleaseOptions) -> None:
    """Make a release of a process in its space, and say what it is; exit code 2 where that makes no sense."""
    from octotui.store.errors import StoreError

    command = CreateRelease(
        process=process,
        version=options["version"],
        channel=channel,
        notes=options["notes"],
        requester=account(),
    )
    try:
        made = asyncio.run(_make(model, file, command, pinned(options["packages"]), options["state"]))
    except StoreError as error:
        refuse(str(error), 1)
    except Refused as refused:
        refuse(str(refused))
    if options["as_json"]:
        from octotui.cli.event_printer import write

        write(listed(made))
    else:
        from octotui.views.releases import made as sentence

        say(sentence(made))


async def _make(
    model: Model, file: Path, command: CreateRelease, packages: dict[str, str], state: Path | None
) -> Release:
    from octotui.cli.connection import there
    from octotui.runtime.release_maker import make_release

    async with there(model, file, state) as session:
        return await make_release(session, command, packages)


def pinned(pairs: tuple[str, ...]) -> dict[str, str]:
    """What `--package ID=VERSION` gave."""
    packages = {}
    for pair in pairs:
        package, equals, version = pair.partition("=")
        if not (package and equals and version):
            refuse(f"--package takes ID=VERSION, not “{pair}”")
        packages[package] = version
    return packages


def listed(release: Release) -> dict[str, object]:
    """A release as JSON has it."""
    return {
        "type": "Release",
        "process": release.process,
        "version": release.version,
        "channel": release.channel,
        "packages": release.versions,
        "notes": release.notes,
        "deployed": release.deployed,
    }
