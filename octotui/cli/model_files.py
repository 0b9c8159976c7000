"""Models on the command line: loading and checking."""

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from octotui.cli.demo_space import DEMO, DEMO_SPACE
from octotui.cli.terminal.output import USAGE, complain, warn
from octotui.model.checks.given_values import warn_of_given_values
from octotui.model.checks.ineffective_keys import warn_of_ineffective_keys
from octotui.model.checks.machines.dynamic_pools import warn_of_images
from octotui.model.checks.packages import warn_of_package_files
from octotui.model.checks.script_environment import warn_of_script_environment
from octotui.model.complaints import Complaint, InsideReport, ModelError, SourcePosition
from octotui.model.file_trust import Distrusted, FileTrust
from octotui.model.garbage import uncollected
from octotui.model.iteration import secrets
from octotui.model.space import Feed, Model, Target, Worker
from octotui.model.toml.read import Check, load, load_with_warnings
from octotui.store.user_config import file_trust
from octotui.variables.check_injections import warn_of_injections
from octotui.variables.check_names import check_names
from octotui.variables.check_templates import check_expressions, warn_of_expressions
from octotui.variables.filters.check_filters import check_filters
from octotui.variables.text_names import ModelTexts

PATIENCE = 1.0  # seconds until it is said that a pipe is waited for


def load_or_exit(path: Path | str | None) -> Model:
    """Load a model (the demo without a path); print complaints to stderr and exit with code 2."""
    try:
        if path is None:
            return replace(load(DEMO), space=DEMO_SPACE)
        return read_model(path)
    except ModelError as error:
        complain(error.complaints)
        sys.exit(USAGE)


def read_model(path: Path | str) -> Model:
    """Load a model with all checks; raises ModelError."""
    trust = file_trust()
    with uncollected(), _said_to_wait(path):
        return load(path, _checks(trust, ModelTexts()), trust)


def read_with_warnings(
    path: Path | str, *, here: bool = False, machines: bool = False
) -> tuple[Model, tuple[Complaint, ...]]:
    """Load a model with all checks, and return it with the warnings of `check`; raises ModelError.

    With `here`, also warn of sensitive values that cannot be read in this environment; with `machines`, of
    those that cannot be reached.
    """
    trust, names = file_trust(), ModelTexts()
    asked = (*((_check_here,) if here else ()), *((_warn_of_machines,) if machines else ()))
    advice = (*(partial(each, names=names) for each in NAMES), *ADVICE, *asked)
    with uncollected(), _said_to_wait(path):
        return load_with_warnings(path, _checks(trust, names), advice, trust)


@contextmanager
def _said_to_wait(path: Path | str) -> Iterator[None]:
    """Say what is waited for, where a model comes from a pipe that is not written for a while."""
    try:
        is_pipe = stat.S_ISFIFO(os.stat(path).st_mode)  # noqa: PTH116 - of a name that is too long, a Path raises
    except (OSError, ValueError):
        is_pipe = False
    if not is_pipe:
        yield
        return
    from threading import Timer

    telling = Timer(PATIENCE, warn, (f"waits for a model to be written into the pipe {path}; ^C leaves",))
    telling.daemon = True
    telling.start()
    try:
        yield
    finally:
        telling.cancel()
        telling.join()  # not to be in the middle of its sentence when Python ends


def _check_here(model: Model, report: InsideReport) -> None:
    """Warn of sensitive values that cannot be read in this environment (V5)."""
    from octotui.runtime.jobs.secret_sources import check_here

    check_here(model, report)


def _warn_of_machines(model: Model, report: InsideReport) -> None:
    """Warn of machines that cannot be reached from here."""
    from octotui.cli.machine_access import warn_of_machines

    warn_of_machines(model, report)


def _check_secrets(trust: FileTrust, model: Model, report: InsideReport) -> None:
    """Report sensitive values that are too short, or whose source others can write to (V5)."""
    if any(True for _ in secrets(model)):
        from octotui.runtime.jobs.secret_sources import check_secrets

        check_secrets(model, report, trust)


def _check_folders(trust: FileTrust, model: Model, report: InsideReport) -> None:
    """Report package folders that everybody can write to, and worker folders that untrusted accounts can."""
    tables: dict[str, Mapping[str, Feed | Worker | Target]] = {
        "feeds": model.feeds,
        "workers": model.workers,
        "targets": model.targets,
    }
    folders = (
        (table, slug, each.directory)
        for table, declared in tables.items()
        for slug, each in declared.items()
        if each.directory is not None and not (table != "feeds" and not model.endpoint_of(slug).is_local)
    )
    for table, slug, folder in folders:
        try:
            if table == "feeds":
                FileTrust().check(folder)
            else:
                trust.check(folder, inside=True)
        except Distrusted as problem:
            report((table, slug, "directory"), f"It is not used: {problem}.", SourcePosition(1, 1))
        except OSError:
            pass  # it may exist when it is needed


def _checks(trust: FileTrust, names: ModelTexts) -> tuple[Check, ...]:
    """Return the checks of texts in a model, and of the files that it names."""
    expressions = partial(check_expressions, names=names)
    return expressions, partial(_check_secrets, trust), partial(_check_folders, trust)


NAMES = warn_of_expressions, check_names, check_filters, warn_of_injections
"""Warnings of `check` about texts of a model, and names in them."""

ADVICE: tuple[Check, ...] = (
    *(warn_of_given_values, warn_of_ineffective_keys),
    *(warn_of_script_environment, warn_of_package_files, warn_of_images),
)
"""Further warnings of `check` about a valid model."""
