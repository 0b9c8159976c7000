"""`octotui check FILE`: everything that is wrong with a model."""

from pathlib import Path

import click

from octotui.cli.models import load_or_exit


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path))
def command(file: Path) -> None:
    """Check a model, a TOML file or a folder of them: exit code 0 when clean, 2 with complaints."""
    model = load_or_exit(file)
    steps = sum(len(runbook.steps) for runbook in model.runbooks.values())
    click.echo(
        f"{model.space.name}: {len(model.pools)} pools, {len(model.workers)} workers, "
        f"{len(model.runbooks)} runbooks, {steps} steps; nothing to complain about"
    )
