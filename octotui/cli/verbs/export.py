"""`octotui export FILE RUN`: a run and all it started, as one file."""

from pathlib import Path

import click

from octotui.cli.shell_completion import runs as offered
from octotui.cli.spaces.space_argument import space_argument, space_of
from octotui.cli.start_options import state_option
from octotui.cli.terminal.output import refuse, say


@click.command("export")
@space_argument
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, shell_complete=offered)
@click.option(
    "-o", "--output", metavar="OUT", type=click.Path(path_type=Path), help="The file; else RUN.zip here."
)
@click.option("--artifacts", is_flag=True, help="Include the artifacts that its scripts kept.")
@click.option(
    "--with-others",
    "others",
    is_flag=True,
    help="Include the other runs that were open meanwhile, without output.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@state_option
def command(
    space: str,
    runs: tuple[str, ...],
    output: Path | None,
    artifacts: bool,
    others: bool,
    as_json: bool,
    state: Path | None,
) -> None:
    """Write RUN, such as run-12, and all it started into one file that `octotui replay` opens.

    In it are the events, the output of the jobs and the model, as they are kept: sensitive values are masked.
    The files that scripts had kept are not masked, and only come along if asked for. A run that is still open
    is exported as far as it is.
    """
    named = space_of(space, state)
    from msgspec.structs import asdict

    from octotui.cli.summary import lock_waits
    from octotui.cli.terminal.output import say_json
    from octotui.engine.history import moments
    from octotui.store.errors import StoreError
    from octotui.store.space_folder import space_folder
    from octotui.store.transfer.exports import export, first_of_family
    from octotui.views.leaving import exported

    try:
        folder = space_folder(named.slug, named.state)
        roots = tuple(dict.fromkeys(first_of_family(folder, each) for each in runs))
        target = output or Path(f"{'-'.join(roots)}.zip")
        manifest, events = export(folder, roots, target, artifacts=artifacts, others=others)
        size = target.stat().st_size
    except StoreError as error:
        refuse(str(error), 1)
    if as_json:
        say_json({"path": str(target), "size": size, **asdict(manifest)})
    else:
        say(exported(target, size, manifest.runs, moments(events), whole=manifest.whole))
        if any(", behind " not in each for each in lock_waits(events).values()):
            say("it waited for locks that other runs held: with --with-others a replay shows which")
