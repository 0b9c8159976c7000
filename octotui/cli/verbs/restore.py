"""`octotui restore BACKUP`: a space of a backup, where there is none of its name."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from octotui.cli.start_options import state_option
from octotui.cli.terminal.output import refuse, say


@click.command("restore")
@click.argument("backup", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@state_option
def command(backup: Path, as_json: bool, state: Path | None) -> None:
    """Make a space of BACKUP; one that is there already is never touched.

    Jobs that ran when the backup was made are lost, and not run again. Machines of dynamic pools stay those
    of the space of the backup: the new one forgets them, and cancels the runs that use one.
    """
    import asyncio
    import time

    from octotui.cli.terminal.output import say_json
    from octotui.model.complaints import ModelError
    from octotui.model.file_trust import Distrusted
    from octotui.runtime.open_space import forget_machines
    from octotui.store.errors import StoreError
    from octotui.store.space_folder import default_base
    from octotui.store.transfer.backups import restore
    from octotui.store.user_config import file_trust

    forgotten = 0

    def prepare(journal: Path) -> None:
        nonlocal forgotten
        forgotten = asyncio.run(forget_machines(journal, time.time()))

    try:
        with suppress(OSError):  # restoring reports the problem
            file_trust().check(backup)
        folder = restore(backup, default_base() if state is None else state.absolute(), prepare)
    except (Distrusted, ModelError) as problem:
        refuse(f"not restored, since its waiting runs would start: {problem}")
    except StoreError as error:
        refuse(str(error))
    if as_json:
        say_json({"space": folder.name, "path": str(folder), "forgotten_machines": forgotten})
    else:
        say("\n".join(_told(folder, forgotten)))


def _told(folder: Path, forgotten: int) -> Iterator[str]:
    """Yield what has come of it, as lines."""
    yield f"the space {folder.name} is restored in {folder}"
    if forgotten:
        machines = "1 machine" if forgotten == 1 else f"{forgotten} machines"
        left = f"left to the space of the backup: {machines} of dynamic pools"
        yield f"{left}; runs here that used any are cancelled"
