"""Models on the command line: loading one, and names that people type."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import click
from msgspec.structs import replace

from octotui.model.complaints import ModelError, did_you_mean
from octotui.model.read import load
from octotui.model.space import Model, Space

USAGE = 2  # the exit code of a wrong model and of wrong usage
DEMO = Path(__file__).parent / "demo" / "kraken.toml"


def load_or_exit(path: Path | None) -> Model:
    """The model of a file or a folder (the demo without one); complaints go to stderr, exit code 2."""
    try:
        if path is None:
            return replace(load(DEMO), space=Space("Kraken demo", "kraken-demo"))
        return load(path)
    except ModelError as error:
        for complaint in error.complaints:
            print(complaint, file=sys.stderr)
        sys.exit(USAGE)


def slug_of(kind: str, said: str | None, declared: Mapping[str, object]) -> str | None:
    """The slug that somebody means who typed a slug or a name; exit code 2 where there is none."""
    if said is None or said in declared:
        return said
    named = [slug for slug, each in declared.items() if getattr(each, "name", "").lower() == said.lower()]
    if len(named) == 1:
        return named[0]
    if named:
        refuse(f"several {kind}s are called “{said}”: say which by its slug, {' or '.join(named)}")
    return refuse(f"there is no {kind} “{said}”{did_you_mean(said, declared)}")


def refuse(sentence: str, code: int = USAGE) -> NoReturn:
    """Say one sentence on stderr, and end."""
    print(f"octotui: {sentence}", file=sys.stderr)
    sys.exit(code)


def state_option(function: click.decorators.FC) -> click.decorators.FC:
    """The `--state DIR` option."""
    return click.option(
        "--state",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where spaces are kept, instead of the platform's state directory.",
    )(function)


def wants_ascii(asked: bool) -> bool:
    """Whether to draw with plain characters: asked for, or a terminal that knows no others."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    return asked or os.environ.get("TERM") == "linux" or not encoding.startswith("utf")
