"""The command line: verbs that are loaded when they are called, and `octotui [FILE]` for the app."""

import sys
from importlib import import_module
from typing import Any

import click

from octotui import __version__

VERBS = {
    "open": "Open the app on a model (the same as octotui [FILE]).",
    "run": "Run a runbook to its end, without a screen.",
    "release": "Make a release of a project.",
    "releases": "List the releases of a project, and where they are.",
    "deploy": "Deploy a release of a project to an environment.",
    "promote": "Deploy what is in one environment to the next.",
    "publish": "Freeze a runbook as it is; its runs do that from now on.",
    "plan": "Predict a run: workers, lock waits, times. Starts nothing.",
    "schedules": "List what the clock starts, and when next.",
    "audit": "List who did what, and verify the journal.",
    "check": "Check a model, and say everything that is wrong with it.",
    "variables": "Show what every variable resolves to, and why.",
    "render": "Fill in a text from stdin with the variables of a model.",
    "template": "List or show the templates that steps may use.",
    "schema": "Print the JSON Schema of a model, for editors.",
    "init": "Write a commented starter file.",
}


class Verbs(click.Group):
    """Commands by name; anything else is the file that the app opens."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order they are used."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of that name, from its own file."""
        if cmd_name not in VERBS:
            return None
        command = import_module(f"octotui.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs and what they do, without loading any."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; interrupted, it ends as shells expect."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(130)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take `octotui`, and `octotui FILE …`, for `octotui open FILE …`."""
        if not args or (args[0] not in VERBS and args[0] not in ("--help", "--version")):
            args = ["open", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Verbs)
@click.version_option(__version__)
def cli() -> None:
    """Runbooks on worker pools, in a terminal.

    Without a verb, `octotui [FILE]` opens the app on a model: a TOML file, or a folder of them. Without
    a file it opens the kraken demo.
    """
