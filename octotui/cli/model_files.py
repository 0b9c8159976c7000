"""Models on the command line: loading one, checking one, and names that people type."""

import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from octotui.cli.terminal.output import USAGE, complain, refuse
from octotui.model.checks.given_values import warn_of_given_values
from octotui.model.checks.ineffective_keys import warn_of_ineffective_keys
from octotui.model.checks.packages import warn_of_package_files
from octotui.model.checks.script_environment import warn_of_script_environment
from octotui.model.complaints import Complaint, InsideReport, ModelError, SourcePosition, did_you_mean
from octotui.model.file_trust import Distrusted, FileTrust
from octotui.model.iteration import variables
from octotui.model.space import Feed, Model, Space, Target, Worker
from octotui.model.toml.read import Check, load, load_with_warnings
from octotui.store.user_config import file_trust
from octotui.variables.check_injections import warn_of_injections
from octotui.variables.check_names import check_names
from octotui.variables.check_templates import check_expressions, warn_of_expressions
from octotui.variables.filters.check_filters import check_filters
from octotui.variables.text_names import ModelTexts

DEMO = Path(__file__).parent / "demo" / "kraken.toml"
DEMO_SPACE = Space("Kraken demo", "kraken-demo")


def load_or_exit(path: Path | str | None) -> Model:
    """The model of a file or a folder (the demo without one); complaints go to stderr, exit code 2."""
    try:
        if path is None:
            return replace(load(DEMO), space=DEMO_SPACE)
        return read_model(path)
    except ModelError as error:
        complain(error.complaints)
        sys.exit(USAGE)


def read_model(path: Path | str) -> Model:
    """The model of a file or a folder, with all that is checked; raises ModelError."""
    trust = file_trust()
    with _uncollected():
        return load(path, _checks(trust, ModelTexts()), trust)


def read_with_warnings(path: Path | str, *, here: bool = False) -> tuple[Model, tuple[Complaint, ...]]:
    """The model with all that is checked, and what `check` warns of in it; raises ModelError.

    Where it is to be used `here`, it warns of sensitive values that cannot be read, too.
    """
    trust, names = file_trust(), ModelTexts()
    advice = (*(partial(each, names=names) for each in NAMES), *ADVICE, *((_check_here,) if here else ()))
    with _uncollected():
        return load_with_warnings(path, _checks(trust, names), advice, trust)


@contextmanager
def _uncollected() -> Iterator[None]:
    """While this lasts nothing looks for garbage: a model is millions of values, and none of them is any."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _check_here(model: Model, report: InsideReport) -> None:
    """Warns of what cannot be read in this environment (V5)."""
    from octotui.runtime.jobs.secret_sources import check_here

    check_here(model, report)


def _check_secrets(trust: FileTrust, model: Model, report: InsideReport) -> None:
    """Complains about sensitive values that are too short, or strangers', where that can be known (V5)."""
    if any(value.secret for _, values in variables(model) for value in values):
        from octotui.runtime.jobs.secret_sources import check_secrets

        check_secrets(model, report, trust)


def _check_folders(trust: FileTrust, model: Model, report: InsideReport) -> None:
    """Complains about folders of packages that everybody can change, and of machines that strangers can."""
    tables: dict[str, Mapping[str, Feed | Worker | Target]] = {
        "feeds": model.feeds,
        "workers": model.workers,
        "targets": model.targets,
    }
    folders = (
        (table, slug, each.directory)
        for table, declared in tables.items()
        for slug, each in declared.items()
        if each.directory is not None
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
            pass  # it may be there when it is needed


def _checks(trust: FileTrust, names: ModelTexts) -> tuple[Check, ...]:
    """What other rooms find wrong in a model's texts, and in files that it names."""
    expressions = partial(check_expressions, names=names)
    return expressions, partial(_check_secrets, trust), partial(_check_folders, trust)


NAMES = warn_of_expressions, check_names, check_filters, warn_of_injections
"""What `check` warns of in the texts of a model, and in the names that they have."""

ADVICE: tuple[Check, ...] = (
    *(warn_of_given_values, warn_of_ineffective_keys),
    *(warn_of_script_environment, warn_of_package_files),
)
"""What else `check` warns of in a model that is right."""


def slug_of(kind: str, argument: str, declared: Mapping[str, object]) -> str:
    """The slug that somebody means who typed a slug or a name; exit code 2 where there is none."""
    if argument in declared:
        return argument
    names = {slug: getattr(each, "name", slug) for slug, each in declared.items()}
    meant = [slug for slug, name in names.items() if name.casefold() == argument.casefold()]
    if len(meant) > 1:
        refuse(f"several {kind}s are called “{argument}”: say which by its slug, {' or '.join(meant)}")
    if not meant:
        refuse(f"there is no {kind} “{argument}”{did_you_mean(argument, [*declared, *names.values()])}")
    return meant[0]
