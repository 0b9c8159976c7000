"""`octotui schema`: the JSON Schema of a model."""

import json

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of a model, for editors: `#:schema FILE` in the first line of a model."""
    from octotui.model.toml.json_schema import schema

    click.echo(json.dumps(schema(), indent=2))
