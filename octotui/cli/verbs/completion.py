"""`octotui completion SHELL`: what makes a shell complete verbs, options and names."""

import click
from click.shell_completion import BashComplete, FishComplete, get_completion_class

from octotui.cli.terminal.output import say_lines

SHELLS = ("bash", "zsh", "fish")
BASH = r"""%(complete_func)s() {
    local line value
    while IFS= read -r line; do
        value=${line#*,}
        case $line in
            dir,*) compopt -o dirnames ;;
            file,*) compopt -o default ;;
            plain,*) case ${COMP_WORDS[COMP_CWORD]} in
                [\'\"]*) [[ $value == *[\'\"\\\$\`!]* ]] || COMPREPLY+=("$value") ;;
                *) printf -v value %%q "$value"; COMPREPLY+=("$value") ;;
            esac ;;
        esac
    done < <(IFS=$'\n'; env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \
        %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class QuotingBashComplete(BashComplete):
    """Click's completion for bash, whose script would insert names with blanks or `$(…)` as several words.

    Bash inserts what it is given as it is. Where a quote was typed before it, names that would end the quote
    or be expanded in it are not offered.
    """

    source_template = BASH


class WholeFishComplete(FishComplete):
    """Click's completion for fish, whose script would cut names at their first comma."""

    source_template = FishComplete.source_template.replace('split ","', 'split --max 1 ","')


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print what makes a SHELL complete verbs, options, processes, runs and questions.

    In bash: eval "$(octotui completion bash)"; in fish: octotui completion fish | source.
    """
    from octotui.cli.main import cli

    own = {"bash": QuotingBashComplete, "fish": WholeFishComplete}
    completion = own.get(shell) or get_completion_class(shell)
    assert completion is not None
    say_lines(completion(cli, {}, "octotui", "_OCTOTUI_COMPLETE").source())
