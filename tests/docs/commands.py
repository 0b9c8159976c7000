"""Command lines in pages: whether their verbs, options and arguments are those of the parser."""

import re
import shlex
from collections.abc import Iterator
from unittest import mock

import click

from octotui.cli.main import VERBS, cli

PROMPT = re.compile(r"^(?:\$ )?(?:sudo (?:-u \w+ )?)?(?:[A-Z_]+=\S* )*(?:\.venv/bin/)?octotui\b")
ENDS = re.compile(r"\s(?:\||&&|;|>|<|2>|#)(?:\s|$)|\)")  # of a command within a line of a shell


def command_lines(block: str) -> Iterator[str]:
    """Yield each call of octotui in the text of a shell block, without what comes before and after it."""
    for line in block.replace("\\\n", " ").splitlines():
        for part in re.split(r" && |; |\| |\$\(", line):
            if PROMPT.match(part.strip()):
                yield PROMPT.sub("", ENDS.split(f" {part.strip()} ", maxsplit=1)[0].strip(), count=1).strip()


def parse(arguments: str) -> None:
    """Parse what follows `octotui`. Raises click.ClickException where the parser refuses it."""
    words = shlex.split(arguments)
    with mock.patch("octotui.store.trusted_path.name_owner"):
        context = cli.make_context("octotui", words)
        name, *rest = (*context._protected_args, *context.args)
        command = cli.get_command(context, name)
        if command is None:
            raise click.UsageError(f"there is no verb {name}")
        with context:
            inner = command.make_context(name, rest, parent=context)
            if isinstance(command, click.Group) and command.get_command(inner, rest[0]) is None:
                raise click.UsageError(f"there is no verb {name} {rest[0]}")


def unknown_words(span: str) -> list[str]:
    """Return the verbs and options in a sentence's `octotui VERB --option …` that there are not."""
    try:
        words = shlex.split(span.replace("…", ""))[1:]
    except ValueError:
        return []
    if not words or words[0] not in VERBS:
        return [each for each in words[:1] if re.fullmatch(r"[a-z][a-z-]+", each)]
    command = cli.get_command(click.Context(cli), words[0])
    assert command is not None
    params = [
        *command.params,
        *(each for one in getattr(command, "commands", {}).values() for each in one.params),
    ]
    known = {name for each in params for name in (*each.opts, *each.secondary_opts)} | {"--help"}
    return [
        each
        for each in words
        if each.startswith("-") and each not in ("-", "--") and each.partition("=")[0] not in known
    ]
