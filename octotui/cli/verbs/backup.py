"""`octotui backup FILE DEST`: a copy of a space as one file, also while it is used."""

import time
from pathlib import Path

import click

from octotui.cli.model_files import load_or_exit
from octotui.cli.start_options import file_argument, state_option
from octotui.cli.terminal.output import refuse, say


@click.command("backup")
@file_argument
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@state_option
def command(file: Path, dest: Path, as_json: bool, state: Path | None) -> None:
    """Copy the space of a model into DEST, a new tar.gz file, or into a folder under a name with the time.

    It holds the journal, the output of all jobs and the files that scripts had kept. `octotui restore`, or
    unpacking it in a state directory, makes a space of it again.
    """
    model = load_or_exit(file)
    from octotui.cli.terminal.output import say_json
    from octotui.runtime.open_space import space_folder
    from octotui.store.errors import StoreError
    from octotui.store.transfer.backups import back_up
    from octotui.views.leaving import backed_up

    if dest.is_dir():
        dest /= f"{model.space.slug}-{time.strftime('%Y-%m-%d-%H%M%S')}.tar.gz"
    try:
        copied = back_up(space_folder(model.space.slug, state), dest)
        size = dest.stat().st_size
    except StoreError as error:
        refuse(str(error), 1)
    if as_json:
        say_json({"path": str(dest), "size": size, "events": copied.seq, "runs": copied.runs})
    else:
        say(backed_up(dest, size, model.space.name, copied.seq, copied.runs))
