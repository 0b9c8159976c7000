"""`octotui render [FILE]`: the text on stdin, filled in."""

import sys
import time
from pathlib import Path
from typing import Unpack

import click
from msgspec.structs import replace

from octotui.cli.given_values import ValueOptions, value_options, values_of
from octotui.cli.model_files import load_or_exit
from octotui.cli.spaces.model_argument import model_file
from octotui.cli.start_options import environment_of, process_of, process_option, state_option, tenant_of
from octotui.cli.terminal.output import refuse, say_document, warn
from octotui.model.iteration import values_seen_by
from octotui.model.space import Model, Space
from octotui.model.text_files import TextFile, UnwritableText, text_file
from octotui.variables.budget import Budget
from octotui.variables.fill import Filler, warnings_of
from octotui.variables.resolution import context_of, resolve
from octotui.variables.template import Names, OverBudget

LARGEST = 1 << 26  # bytes of a text


@click.command("render")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--environment", metavar="E", help="The environment that values are taken for: a slug or a name."
)
@click.option("--tenant", metavar="T", help="The tenant they are taken for: a slug or a name.")
@value_options("A value, used instead of the model's")
@click.option("--raw", is_flag=True, help="Print control and invisible characters as they are.")
@process_option
@state_option
def command(
    file: Path | None,
    environment: str | None,
    tenant: str | None,
    process: str | None,
    raw: bool,
    state: Path | None,
    **options: Unpack[ValueOptions],
) -> None:
    """Fill in the text on stdin with the variables of the model FILE, and values of any name, and print it.

    Its encoding, line ends and byte order mark stay. Unknown names, and what is no expression, stay as they
    were written and are told on stderr.
    """
    model = Model(space=Space("", "")) if file is None else load_or_exit(model_file(file, state))
    slug = process_of(model, process)
    context = context_of(model, environment_of(model, environment), tenant_of(model, tenant), process=slug)
    seen = values_seen_by(model, slug or "")
    given = values_of(options, stdin=False)
    values = {each.name: each.value.shown for each in resolve(seen, context) if each.value is not None}
    data = _read()
    read = text_file(data) or TextFile(data.decode(errors="surrogateescape"))
    try:
        filled = Filler(Names(values | given), time.time(), Budget()).fill_in(read.text)
        changed = say_document(replace(read, text=filled.text), raw=raw)
    except OverBudget as error:
        refuse(str(error), 1)
    except UnwritableText as problem:
        refuse(str(problem), 1)
    for each in warnings_of(filled):
        warn(each)
    if changed:
        warn("control and invisible characters are printed as escapes; --raw prints them as they are")


def _read() -> bytes:
    """Return the bytes on stdin; exit with one sentence where there are none, or too many."""
    try:
        text = sys.stdin.buffer.read(LARGEST + 1)
    except OSError as error:
        refuse(f"stdin cannot be read: {error.strerror}", 1)
    if len(text) > LARGEST:
        refuse(f"the text is larger than {LARGEST >> 20} MiB", 1)
    return text
