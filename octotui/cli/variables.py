"""`octotui variables FILE`: what every variable resolves to, and why that value won."""

from pathlib import Path

import click

from octotui.cli.models import load_or_exit, refuse
from octotui.cli.starting import environment_of, tenant_of
from octotui.model.scoping import kinds_of, names
from octotui.model.space import Model, Value
from octotui.variables.resolved import Resolved, context_of, resolve


@click.command("variables")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--environment", metavar="E", help="Where values are asked for: a slug or a name.")
@click.option("--tenant", metavar="T", help="For whom: a slug or a name.")
@click.option("--step", metavar="S", help="In which step, by its name.")
def command(file: Path, environment: str | None, tenant: str | None, step: str | None) -> None:
    """Show what every variable of the model FILE resolves to, and why that value won over others."""
    model = load_or_exit(file)
    if step is not None and step not in _steps(model):
        refuse(f"there is no step “{step}” in {file}")
    context = context_of(
        model,
        environment_of(model, environment),
        tenant_of(model, tenant),
        step,
    )
    for resolved in resolve(model, context):
        for line in lines(resolved):
            click.echo(line)


def lines(resolved: Resolved) -> list[str]:
    """The sentences about one variable."""
    if resolved.value is None:
        shown = [f"{resolved.name} has no value here"]
    else:
        shown = [f"{resolved.name} = {told(resolved.value)}"]
    shown += [f"    wins over {told(value)}, which is less specific" for value in resolved.beaten]
    return shown + [f"    elsewhere {told(value)}" for value in resolved.elsewhere]


def told(value: Value) -> str:
    """A value and where it holds."""
    text = f"pool {value.value}" if value.kind == "pool" else value.shown
    scopes = [
        f"{kind.replace('_', ' ')} {' or '.join(names(value.scope, kind))}" for kind in kinds_of(value.scope)
    ]
    return f"{text}  ({', '.join(scopes) or 'everywhere'})"


def _steps(model: Model) -> set[str]:
    return {step.name for process in model.processes.values() for step in process.steps}
