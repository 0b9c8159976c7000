"""`octotui schema`: the JSON Schema of a model."""

import click

from octotui.cli.terminal.output import say_json


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of a model, for editors: `#:schema FILE` in the first line of a model."""
    from octotui.model.toml.json_schema import schema

    say_json(schema(), indent=2)
