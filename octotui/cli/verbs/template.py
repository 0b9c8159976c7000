"""`octotui template list | show`: the templates that steps may use, and what they ask for."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from octotui.cli.spaces.model_argument import model_file
from octotui.cli.spaces.space_argument import spaces
from octotui.cli.start_options import state_option
from octotui.cli.terminal.output import USAGE, complain, refuse, say, say_json
from octotui.model.complaints import did_you_mean
from octotui.model.toml.templates import Library, Parameter, StepTemplate

FILE = click.argument("file", type=click.Path(path_type=Path), required=False, shell_complete=spaces)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("template", no_args_is_help=True)
def command() -> None:
    """List the templates that steps may use, or show one.

    They are those of octotui, and the *.toml in the folder "templates" beside a model FILE.
    """


@command.command("list")
@FILE
@JSON
@state_option
def list_them(file: Path | None, as_json: bool, state: Path | None) -> None:
    """Say what each template does."""
    library = _library(file, state)
    templates = {slug: template for slug in library.names if (template := library.find(slug))}
    if as_json:
        rows = [
            {"slug": slug, "name": each.name, "description": each.description}
            for slug, each in templates.items()
        ]
        say_json(rows, indent=2)
    else:
        width = max(map(len, templates))
        for slug, each in templates.items():
            say(f"{slug:{width}}  {each.description or each.name}")
    _complain(library)


@command.command("show")
@click.argument("name")
@FILE
@JSON
@state_option
def show(name: str, file: Path | None, as_json: bool, state: Path | None) -> None:
    """Show what a template asks for, what it needs, and its scripts."""
    library = _library(file, state)
    if library.file(name) is None:
        refuse(f"there is no template “{name}”{did_you_mean(name, library.names)}")
    template = library.find(name)
    _complain(library)
    assert template is not None  # else `_complain` has exited
    if as_json:
        plain: dict[str, Any] = msgspec.to_builtins(template)
        say_json({"slug": name, **plain}, indent=2)
        return
    for line in _lines(name, template):
        say(line)


def _library(file: Path | None, state: Path | None) -> Library:
    """Return the templates beside a model, also of one whose space is named; exit with code 2 without it."""
    if file is not None:
        file = model_file(file, state)
        if file is not None and not os.path.lexists(file):
            refuse(f"there is no model {file}")
    folder = file if file is None or file.is_dir() else file.parent
    return Library(folder)


def _complain(library: Library) -> None:
    """Exit with code 2 and every complaint where a template is invalid."""
    complain(library.complaints)
    if library.complaints:
        sys.exit(USAGE)


def _lines(slug: str, template: StepTemplate) -> Iterator[str]:
    """Yield a template for people, its scripts last."""
    yield f"{slug}: {template.name}"
    if template.description:
        yield template.description
    if template.parameters:
        yield from ("", "parameters")
    for name, parameter in template.parameters.items():
        yield f"  {name}{_about(name, parameter)}"
        yield from (f"      {line}" for line in parameter.help.splitlines())
    if template.needs:
        yield from ("", f"needs on the worker: {', '.join(template.needs)}")
    if template.outputs:
        yield from ("", "output variables")
        yield from (f"  {name}: {what}" for name, what in template.outputs.items())
    for shell, script in template.scripts.items():
        yield from ("", f"script for {shell}")
        yield from (f"  {line}".rstrip() for line in script.strip().splitlines())


def _about(name: str, parameter: Parameter) -> str:
    """Return the notes about a parameter, in brackets."""
    facts = [f"“{parameter.label}”"] if parameter.label != name else []
    facts += [parameter.kind] if parameter.kind != "text" else []
    facts += [f"one of {', '.join(parameter.options)}"] if parameter.options else []
    facts += ["required"] if parameter.required else []
    facts += [f"by default {parameter.default}"] if parameter.default else []
    return f" ({'; '.join(facts)})" if facts else ""
