"""`octotui backup FILE DEST`: a copy of a space as one file, also while it is open."""

import time
from pathlib import Path

import click

from octotui.cli.spaces.space_argument import model_and_space, space_argument
from octotui.cli.start_options import state_option
from octotui.cli.terminal.output import refuse, say


@click.command("backup")
@space_argument
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@state_option
def command(space: str, dest: Path, as_json: bool, state: Path | None) -> None:
    """Copy a space into DEST, a new tar.gz file, or into a folder under a name with the time.

    It holds the journal, the output of all jobs and the files that scripts had kept. `octotui restore`, or
    unpacking it in a state directory, makes a space of it again.
    """
    model, named = model_and_space(space, state)
    from octotui.cli.terminal.output import say_json
    from octotui.store.errors import StoreError
    from octotui.store.space_folder import space_folder
    from octotui.store.transfer.backups import back_up
    from octotui.views.leaving import backed_up

    if dest.is_dir():
        dest /= f"{named.slug}-{time.strftime('%Y-%m-%d-%H%M%S')}.tar.gz"
    try:
        copied = back_up(space_folder(named.slug, named.state), dest)
        size = dest.stat().st_size
    except StoreError as error:
        refuse(str(error), 1)
    if as_json:
        say_json({"path": str(dest), "size": size, "events": copied.seq, "runs": copied.runs})
    else:
        say(backed_up(dest, size, model.space.name, copied.seq, copied.runs))
