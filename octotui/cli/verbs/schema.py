"""`octotui schema`: the JSON Schema of a model, and of what `--json` says of a run."""

import click

from octotui.cli.terminal.output import say_json


@click.command("schema")
@click.option(
    "--summary", is_flag=True, help="That of the Summary, which `run`, `wait` and `show` print with --json."
)
def command(summary: bool) -> None:
    """Print the JSON Schema of a model, for editors: `#:schema FILE` in the first line of a model."""
    if summary:
        from octotui.cli.summary.schema import summary_schema

        say_json(summary_schema(), indent=2)
        return
    from octotui.model.toml.json_schema import schema

    say_json(schema(), indent=2)
