"""The report of `octotui check`, without click, since editors call it at every save."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from octotui.cli.model_files import read_with_warnings
from octotui.cli.terminal.output import USAGE, complain, say, say_json
from octotui.model.complaints import Complaint, ModelError
from octotui.model.space import Model


def check(
    path: Path | str,
    *,
    as_json: bool = False,
    here: bool = False,
    machines: bool = False,
    state: Path | None = None,
) -> None:
    """Print a model's counts and warnings; exit with code 2 and every complaint where it is invalid."""
    if not os.path.lexists(path):
        path = _of_space(path, state)
    try:
        model, warnings = read_with_warnings(path, here=here, machines=machines)
    except ModelError as error:
        if as_json:
            say_json(_object(None, error.complaints, ()))
        else:
            complain(error.complaints)
        sys.exit(USAGE)
    if as_json:
        say_json(_object(model, (), warnings))
        return
    complain(warnings, prefix="warning: ")
    counted = ", ".join(
        f"{number} {noun}{'' if number == 1 else 's'}" for noun, number in _counts(model).items()
    )
    well = f"{len(warnings)} warning{'' if len(warnings) == 1 else 's'}" if warnings else "no problems found"
    say(f"{model.space.name}: {counted}; {well}")


def _of_space(name: Path | str, state: Path | None) -> Path | str:
    """Return the model of the space of this name; the same path where there is none."""
    from octotui.cli.demo_space import DEMO
    from octotui.cli.spaces.model_argument import model_file

    return model_file(Path(name), state) or DEMO


def _counts(model: Model) -> dict[str, int]:
    """Return how many of each there are, by noun."""
    steps = sum(len(process.steps) for process in model.processes.values())
    projects = {"project": len(model.projects)} if model.projects else {}
    return {
        "pool": len(model.pools),
        "worker": len(model.workers),
        **projects,
        "runbook": len(model.runbooks),
        "step": steps,
    }


def _object(
    model: Model | None, complaints: Iterable[Complaint], warnings: Iterable[Complaint]
) -> dict[str, Any]:
    """Return what `--json` prints: `space` and `counts` are null where the model cannot be read."""
    return {
        "space": model.space.name if model else None,
        "counts": _counts(model) if model else None,
        "complaints": tuple(complaints),
        "warnings": tuple(warnings),
    }
