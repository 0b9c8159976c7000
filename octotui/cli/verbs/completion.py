"""`octotui completion SHELL`: what makes a shell complete verbs, options and names."""

import click
from click.shell_completion import get_completion_class

from octotui.cli.terminal.output import say_lines

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print what makes a SHELL complete verbs, options, processes, runs and questions.

    In bash: eval "$(octotui completion bash)"; in fish: octotui completion fish | source.
    """
    from octotui.cli.main import cli

    completion = get_completion_class(shell)
    assert completion is not None
    say_lines(completion(cli, {}, "octotui", "_OCTOTUI_COMPLETE").source())
