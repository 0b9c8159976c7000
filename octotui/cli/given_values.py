"""Values that callers give: as options, from files, the environment or stdin, or typed unseen (V5, V6)."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import NoReturn, TypedDict

import click

from octotui.cli.terminal.output import ask_unseen, refuse, tell, warn
from octotui.engine.commands import StartRun
from octotui.engine.rules.start_prompts import (
    RequiredPrompt,
    problems_with,
    prompts_anywhere,
    required_prompts,
    sort_out,
    unasked,
)
from octotui.model.complaints import did_you_mean
from octotui.model.iteration import variables
from octotui.model.space import Model

LARGEST = 1 << 19  # bytes of a value; a request must hold all values
INTERRUPTED = 130


class ValueOptions(TypedDict):
    """The caller's values: pairs `NAME=VALUE`, and `NAME=SOURCE` of files and environment variables."""

    pairs: tuple[str, ...]
    from_files: tuple[str, ...]
    from_env: tuple[str, ...]


def value_options(what: str) -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Return the options that give values of `what`."""

    def decorate(function: click.decorators.FC) -> click.decorators.FC:
        for option, name, metavar, text in (
            ("--set-env", "from_env", "NAME=VAR", f"{what}, read from an environment variable."),
            ("--set-file", "from_files", "NAME=PATH", f"{what}, read from a file."),
            ("--set", "pairs", "NAME=VALUE", f"{what}; NAME=- reads it from stdin."),
        ):
            function = click.option(
                option, name, metavar=metavar, multiple=True, type=click.UNPROCESSED, help=text
            )(function)  # invalid text is reported without its value
        return function

    return decorate


def values_of(options: ValueOptions, *, stdin: bool = True) -> dict[str, str]:
    """Return the caller's values by name; exit with code 2, and one sentence, where one cannot be read.

    Without `stdin`, no value can be read from it.
    """
    values: dict[str, str] = {}
    for name, value in _each("--set", "NAME=VALUE", options["pairs"]):
        if value == "-" and not stdin:
            refuse(f"--set {name}=-: stdin is read for something else; use --set-file or --set-env")
        values[name] = _stdin(name, options["pairs"]) if value == "-" else value
    for name, path in _each("--set-file", "NAME=PATH", options["from_files"]):
        values[name] = _file(f"--set-file {name}", path)
    for name, variable in _each("--set-env", "NAME=VAR", options["from_env"]):
        values[name] = environment_value(f"--set-env {name}", variable)
    for source in _sources(options):
        _warn_of_twice([name for name, _ in _each("", "", source)])
    names = [{name.lower() for name, _ in _each("", "", each)} for each in _sources(options)]
    if twice := set.union(set(), *(one & other for one, other in combinations(names, 2))):
        refuse(f"{sorted(twice)[0]} is given in two ways; give it once")
    return values


def _warn_of_twice(names: list[str]) -> None:
    """Warn of a name that is given twice, in any case: the last value counts."""
    first: dict[str, str] = {}
    for name in names:
        if (other := first.get(name.lower())) is not None:
            also = "" if other == name else f", and as {other}, though case makes no difference"
            warn(f"{name} is given twice{also}: its last value counts")
        first[name.lower()] = name


def environment_value(option: str, name: str) -> str:
    """Return the value of the caller's environment variable; exit with code 2 where it is not set."""
    if name not in os.environ:
        refuse(f"{option}: the environment variable {name}{did_you_mean_set(name)}")
    return _text(option, os.environb[os.fsencode(name)])


def did_you_mean_set(name: str) -> str:
    """Return the end of a sentence about a variable that is not set, without listing all that are."""
    near = did_you_mean(name, os.environ)
    return f" is not set{near}" if near.startswith("; did you") else " is not set"


def warn_of_typed_secrets(model: Model, start: StartRun, options: ValueOptions) -> None:
    """Warn that others on the machine can read a sensitive value on the command line."""
    typed = {name for name, value in _each("--set", "NAME=VALUE", options["pairs"]) if value != "-"}
    for name in sort_out(model, start.process, dict.fromkeys(typed, "typed")).secrets:
        warn(
            f"{name} is sensitive, and others on this machine can read a command line:"
            f" use --set {name}=- , --set-file, --set-env, or leave it out and type it when asked"
        )


def ask_for_missing(model: Model, start: StartRun) -> dict[str, str]:
    """Return the values with required ones that are missing, typed at the terminal, sensitive ones unseen.

    Without a terminal, or with an invalid value, print all problems, and exit with code 2.
    """
    asked = required_prompts(model, start)
    values = dict(start.variables)
    _check_asked(model, start)
    problems = problems_with(asked, sort_out(model, start.process, values))
    missing = [each for each in asked if each.prompt.needs_answer and not _has(values, each.name)]
    if problems and len(problems) == len(missing) and sys.stdin.isatty() and sys.stderr.isatty():
        for each in missing:
            values[each.name] = _typed(model, start, each)
        problems = problems_with(asked, sort_out(model, start.process, values))
    if problems:
        refuse(f"{'; '.join(problems)}; give each with --set NAME=VALUE, or --set-file NAME=PATH")
    return values


def _check_asked(model: Model, start: StartRun) -> None:
    """Exit with code 2 for a value that no run of the process asks for (V6).

    The engine checks the prompts of a particular release and channel.
    """
    process = start.process
    if unknown := unasked(model, process, prompts_anywhere(model, process), start.variables):
        refuse("; ".join(unknown))


def passed_environment(model: Model, names: tuple[str, ...]) -> dict[str, str]:
    """Return the caller's values of variables that secrets are read from; exit with code 2 for others."""
    sources = {value.secret.env for _, each in variables(model) for value in each if value.secret}
    known = sorted(filter(None, sources))
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            refuse(f"--pass-env {name}: no sensitive value of this model is read from it{near}")
    return {name: environment_value("--pass-env", name) for name in names}


def _sources(options: ValueOptions) -> tuple[tuple[str, ...], ...]:
    return options["pairs"], options["from_files"], options["from_env"]


def _each(option: str, shape: str, pairs: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            refuse(f"{option} takes {shape}, not “{pair}”")
        if pair != pair.encode(errors="replace").decode():
            refuse(f"{option} {name.strip()}=… is not text in UTF-8")
        yield name.strip(), value


def _has(values: Mapping[str, str], name: str) -> bool:
    return name.lower() in {each.lower() for each in values}


def _stdin(name: str, pairs: tuple[str, ...]) -> str:
    if sum(pair.partition("=")[2] == "-" for pair in pairs) > 1:
        refuse("only one value can be read from stdin; give the others with --set-file or --set-env")
    if sys.stdin.isatty():
        return _unseen(f"{name}: ")
    try:
        return _text(f"--set {name}=-", sys.stdin.buffer.read(LARGEST + 1))
    except OSError as error:
        refuse(f"--set {name}=-: stdin cannot be read: {error.strerror}")


def _file(option: str, path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return _text(option, file.read(LARGEST + 1))
    except OSError as error:
        refuse(f"{option}: {path} cannot be read: {error.strerror}")
    except ValueError:
        refuse(f"{option}: this is no path of a file")


def _text(option: str, content: bytes) -> str:
    """Decode a value without its final newline."""
    if len(content) > LARGEST:
        refuse(f"{option}: it is larger than {LARGEST // 1024} KiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(f"{option}: it is not text in UTF-8")
    if "\0" in text:
        refuse(f"{option}: it holds a NUL character, which no script can be given")
    return text.removesuffix("\n").removesuffix("\r")


def _typed(model: Model, start: StartRun, asked: RequiredPrompt) -> str:
    """Ask for a value until it is valid."""
    label = f"{asked.label} ({', '.join(asked.prompt.options)})" if asked.prompt.options else asked.label
    while True:
        hidden = asked.prompt.kind == "sensitive"
        typed = _unseen(f"{label}: ") if hidden else _line(f"{label}: ")
        problems = problems_with((asked,), sort_out(model, start.process, {asked.name: typed}))
        if not problems and typed:
            return typed
        tell(f"{'; '.join(problems) or f'{asked.name} needs a value'}\n")


def _unseen(prompt: str) -> str:
    try:
        return ask_unseen(prompt)
    except (EOFError, KeyboardInterrupt):
        _give_up()


def _line(prompt: str) -> str:
    tell(prompt)
    try:
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        _give_up()
    return line.rstrip("\n") if line else _give_up()


def _give_up() -> NoReturn:
    tell("\n")
    raise SystemExit(INTERRUPTED)
