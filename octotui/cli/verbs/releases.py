"""`octotui releases FILE PROJECT`: the releases of a project, and where they are."""

from pathlib import Path

import click

from octotui.cli.release_options import listed
from octotui.cli.shell_completion import processes
from octotui.cli.spaces.space_argument import model_and_space, space_argument
from octotui.cli.start_options import slug_of, state_option
from octotui.cli.terminal.output import refuse, say
from octotui.model.space import Model


def _why_empty(model: Model, slug: str) -> str:
    """Say what would make a release."""
    if slug in model.projects:
        return f"{slug} has no releases: octotui release FILE {slug} makes one"
    return f"{slug} is not published: octotui publish FILE {slug} does that"


@click.command("releases")
@space_argument
@click.argument("project", shell_complete=processes)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@state_option
def command(space: str, project: str, as_json: bool, state: Path | None) -> None:
    """List the releases of PROJECT, or what a runbook was published as, the newest first."""
    model, named = model_and_space(space, state)
    from octotui.cli.terminal.output import say_json
    from octotui.engine.decide.create_release import releases_of
    from octotui.runtime.open_space import state_on_disk
    from octotui.store.errors import StoreError
    from octotui.store.space_folder import space_folder
    from octotui.views.releases import line

    slug = slug_of("project or runbook", project, model.processes)
    try:
        releases = releases_of(state_on_disk(space_folder(named.slug, named.state)), slug)
    except StoreError as error:
        refuse(str(error), 1)
    if not releases and not as_json:
        say(_why_empty(model, slug))
    for release in reversed(releases):
        if as_json:
            say_json(listed(release))
        else:
            say(line(model, release))
