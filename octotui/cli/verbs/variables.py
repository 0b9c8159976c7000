"""`octotui variables FILE`: what every variable resolves to, and why that value won."""

from functools import partial
from pathlib import Path
from typing import Any

import click

from octotui.cli.requests import verb_options
from octotui.cli.spaces.space_argument import model_and_space, space_argument
from octotui.cli.start_options import environment_of, process_of, process_option, tenant_of
from octotui.cli.terminal.output import refuse, say, say_json
from octotui.model.complaints import did_you_mean
from octotui.model.iteration import steps, values_seen_by
from octotui.model.space import Model, Value
from octotui.variables.resolution import Origins, Resolved, context_of, resolve
from octotui.views.variables import scope_text, value_text


@click.command("variables")
@space_argument
@process_option
@click.option(
    "--environment", metavar="E", help="The environment that values are shown for: a slug or a name."
)
@click.option("--tenant", metavar="T", help="The tenant they are shown for: a slug or a name.")
@click.option("--step", metavar="S", help="The step they are shown for, by its name.")
@verb_options
def command(
    space: str,
    process: str | None,
    environment: str | None,
    tenant: str | None,
    step: str | None,
    as_json: bool,
    state: Path | None,
) -> None:
    """Show what every variable of a model resolves to, and why that value won over others.

    With a process also the variables of its project and of the project's variable sets; sensitive values
    show as ********.
    """
    model, _ = model_and_space(space, state)
    slug = process_of(model, process)
    if step is not None and step not in _steps(model, slug):
        refuse(f"there is no step “{step}” in {process or space}{did_you_mean(step, _steps(model, slug))}")
    context = context_of(model, environment_of(model, environment), tenant_of(model, tenant), step, slug)
    origins = Origins(model, slug or "")
    values = values_seen_by(model, slug or "")
    if not values and not as_json:
        say("no variables: add some, such as [variables]")
    for resolved in resolve(values, context):
        if as_json:
            say_json(plain(resolved, origins))
            continue
        for line in lines(resolved, origins):
            say(line)


def lines(resolved: Resolved, origins: Origins) -> list[str]:
    """Return the sentences about one variable."""
    text = partial(_text, origins)
    if resolved.value is None:
        shown = [f"{resolved.name} has no value here"]
    else:
        shown = [f"{resolved.name} = {text(resolved.value)}"]
    shown += [f"    comes before {text(value)}" for value in resolved.later]
    shown += [f"    wins over {text(value)}, which is less specific" for value in resolved.beaten]
    return shown + [f"    elsewhere {text(value)}" for value in resolved.elsewhere]


def plain(resolved: Resolved, origins: Origins) -> dict[str, Any]:
    """Return the same as JSON: `value` is null where the variable has none here."""

    def each(value: Value) -> dict[str, str]:
        return {"value": value_text(value), "scope": scope_text(value, origins.of(value))}

    value = resolved.value
    return {
        "name": resolved.name,
        **({"value": None, "scope": None} if value is None else each(value)),
        "comes_before": [each(other) for other in resolved.later],
        "wins_over": [each(other) for other in resolved.beaten],
        "elsewhere": [each(other) for other in resolved.elsewhere],
    }


def _text(origins: Origins, value: Value) -> str:
    """Return a value and its scope."""
    return f"{value_text(value)}  ({scope_text(value, origins.of(value))})"


def _steps(model: Model, process: str | None) -> list[str]:
    return [step.name for at, step in steps(model) if process in (None, at[1])]
