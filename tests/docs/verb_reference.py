"""The reference of the command line: every verb, its arguments and options, from the parser itself."""

from collections.abc import Iterator
from functools import cache

import click

from octotui.cli.main import EXIT_CODES, GROUPS, VERBS, cli
from tests.docs.markdown_table import NOTE, code, table

INTRODUCTION = """\
# Verbs and exit codes

`octotui VERB --help` says the same, and [the tutorial](tutorial.md) uses the first of them. Verbs on a
space name it by its model FILE, by its name, or by its folder; they ask its server where there is one.
Verbs that need the model take the name of a space, too, whose model is then the one that it had last.
RUN is the id of a run, such as `run-7`, QUESTION that of a question or of the run that asks it, PROCESS a
runbook or project by slug or name. Times are written `"2026-11-23 03:00"` and durations `"90s"`, `"15m"`,
`"1h30m"`, `"2d"`. With `--json` a verb prints JSON Lines, one object a line, and control characters never
reach a terminal by it. Closed output (`>&-`) is as `/dev/null`.
"""
EVERYWHERE = 10  # verbs that have an option in the same words, which is then described once


def verb_reference() -> str:
    """Return the page. Raises LookupError for a verb that no group has."""
    if missing := VERBS.keys() - {verb for verbs in GROUPS.values() for verb in verbs}:
        raise LookupError(f"put {', '.join(sorted(missing))} into a group of cli/main.py")
    lines = [INTRODUCTION + NOTE, "", "## Exit codes", ""]
    lines += table(("Code", "Meaning"), [(code(str(number)), text) for number, text in EXIT_CODES.items()])
    lines += ["", "## Options of many verbs", ""]
    lines += table(("Option", "Meaning"), [(name, text) for name, text in sorted(common())])
    for group, verbs in GROUPS.items():
        lines += ["", f"## {group}"]
        for verb in verbs:
            lines += _section(verb)
    return "\n".join(lines) + "\n"


def command_of(verb: str) -> click.Command:
    """Return the parser of a verb."""
    command = cli.get_command(click.Context(cli), verb)
    assert command is not None, verb
    return command


@cache
def common() -> frozenset[tuple[str, str]]:
    """Return the options, and what they mean, that many verbs have in the same words."""
    counts: dict[tuple[str, str], int] = {}
    for verb in VERBS:
        for option in _options(command_of(verb)):
            counts[option] = counts.get(option, 0) + 1
    return frozenset(option for option, count in counts.items() if count >= EVERYWHERE)


def _section(verb: str) -> Iterator[str]:
    command = command_of(verb)
    subcommands = list(command.commands.values()) if isinstance(command, click.Group) else []
    yield from ("", f"### `{verb}`", "", code(_usage(verb, command)), "")
    yield from _help(command)
    yield from _described(command)
    for each in subcommands:
        yield from (f"{code(_usage(f'{verb} {each.name}', each))}", "")
        yield from _help(each)
        yield from _described(each)


def _help(command: click.Command) -> Iterator[str]:
    for paragraph in (command.help or "").split("\n\n"):
        yield from (" ".join(paragraph.split()), "")


def _described(command: click.Command) -> Iterator[str]:
    """Yield a table of a command's own options, and the names of those that many have."""
    options = list(_options(command))
    own = [each for each in options if each not in common()]
    if own:
        yield from (*table(("Option", "Meaning"), own), "")
    if shared := [name for name, text in options if (name, text) in common()]:
        yield from (f"Also {', '.join(shared)}.", "")


def _usage(name: str, command: click.Command) -> str:
    pieces = command.collect_usage_pieces(click.Context(command))
    return " ".join(["octotui", name, *pieces])


def _options(command: click.Command) -> Iterator[tuple[str, str]]:
    """Yield each option as it is typed, and what it means."""
    for each in command.params:
        if isinstance(each, click.Option) and not each.hidden:
            record = each.get_help_record(click.Context(command))
            if record is not None:
                names, text = record
                yield code(names), text
