"""An account's configuration for all its spaces: trusted accounts, time zone, columns of lists, theme."""

import os
import pwd
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from platformdirs import user_config_dir

from octotui.model.complaints import Complaint, Keys, ModelError, did_you_mean
from octotui.model.file_trust import FileTrust
from octotui.model.toml.sources import Source
from octotui.model.toml.specs.scalars import SLUG, name
from octotui.model.toml.specs.spec import KeyedSpec, KeySpec, ListSpec, Spec, TableSpec
from octotui.model.toml.validate import Validator
from octotui.store.atomic_file import exclusive, replace_file
from octotui.store.errors import StoreError

ROOT = 0
CONFIG = TableSpec(
    {
        "trusted_owners": KeySpec(
            ListSpec(name("the name of an account")), "Accounts whose models, scripts and templates are used."
        ),
        "timezone": KeySpec(name("a time zone"), "In which times are told; without it, that of the machine."),
    }
)
COLUMN = name("the name of a column")
LISTS = KeyedSpec(
    SLUG,
    TableSpec(
        {
            "columns": KeySpec(ListSpec(COLUMN, least=1), "The columns, the first ones where room is short."),
            "sort": KeySpec(COLUMN, "What it is sorted by; after a -, the largest first."),
        }
    ),
)
LARGEST = 1 << 18  # bytes of a file of the account
LONGEST_UID = 10  # digits
WRITTEN = "# The columns and the order of lists, as octotui keeps them.\n"

THEME_VARIABLE = "OCTOTUI_THEME"
THEMES = {
    "dark": "Calm colours on dark blue",
    "light": "Dark letters on a light ground",
    "high-contrast": "Bright letters on black, 7 to 1 at least",
    "blue-orange": "Dark; told apart also without red or green (deuteranopia, protanopia)",
    "red-cyan": "Dark; told apart also without blue (tritanopia)",
    "terminal": "The 16 colours of your terminal, as you have set them",
}
"""The themes by name, each with a sentence about it."""
FIRST_THEME = "dark"
THEME_WRITTEN = f"# The theme of the app: {', '.join(THEMES)}.\n"


class ListSetting(msgspec.Struct, frozen=True):
    """A list's columns, and its sort column (after a `-` descending); empty means the defaults."""

    columns: tuple[str, ...] = ()
    sort: str = ""


class ListSettings(NamedTuple):
    """Settings of lists by key; the first complaint is about what is not used of their file."""

    settings: dict[str, ListSetting]
    complaint: Complaint | None = None


class ChosenTheme(NamedTuple):
    """The name of a theme, and a sentence about a choice that cannot be followed."""

    name: str
    problem: str = ""


def config_file() -> Path:
    """Return the path of the account's configuration; the file may not exist."""
    return Path(user_config_dir("octotui")) / "config.toml"


def lists_file() -> Path:
    """Return the path of the settings of lists, apart from the configuration, which people write."""
    return config_file().with_name("lists.toml")


def file_trust() -> FileTrust:
    """Return trust in files of this account, root and the `trusted_owners`; raises ModelError."""
    owners = frozenset(map(_number, _config().get("trusted_owners", ())))
    return FileTrust(_own() | {each for each in owners if each is not None}, str(config_file()))


def time_zone() -> tzinfo | None:
    """Return the zone in which times are shown, None for that of the machine; raises ModelError."""
    zone = _config().get("timezone")
    return None if zone is None else _zone(zone)


def list_settings() -> ListSettings:
    """Return the usable settings of each list by its key, and a complaint about the rest of the file."""
    try:
        tables, source, problems = _read(lists_file(), LISTS)
    except ModelError as error:
        return ListSettings({}, error.complaints[0])
    settings = {
        key: ListSetting(tuple(each.get("columns", ())), each.get("sort", "")) for key, each in tables.items()
    }
    complaint = next((source.complaint(*each) for each in problems.items()), None) if source else None
    return ListSettings(settings, complaint)


def keep_list(key: str, setting: ListSetting) -> None:
    """Save the settings of one list, and keep those of the others; raises ModelError or StoreError."""
    import tomli_w  # noqa: PLC0415 - needed only to write

    file = lists_file()
    with exclusive(file):
        tables = user_source(file).tables if os.path.lexists(file) else {}
        before = tables.pop(key, {})
        others = before if isinstance(before, dict) else {}  # keys that only a newer octotui knows stay
        columns = {"columns": list(setting.columns)} if setting.columns else {}
        sort = {"sort": setting.sort} if setting.sort else {}
        unknown = {name: others[name] for name in others if name not in ListSetting.__struct_fields__}
        if kept := unknown | columns | sort:
            tables[key] = kept
        replace_file(file, WRITTEN + tomli_w.dumps(tables))


def theme_file() -> Path:
    """Return the path of the account's choice; the file may not exist."""
    return config_file().with_name("theme.toml")


def chosen_theme(environment: Mapping[str, str]) -> ChosenTheme:
    """Return the theme that a variable names, or else the file, or the one of few colours."""
    usual = FIRST_THEME if has_many_colours(environment) else "terminal"
    if asked := environment.get(THEME_VARIABLE, ""):
        return (
            ChosenTheme(asked)
            if asked in THEMES
            else ChosenTheme(usual, f"${THEME_VARIABLE}: {_unknown_theme(asked)}")
        )
    file = theme_file()
    if not os.path.lexists(file):
        return ChosenTheme(usual)
    try:
        name = user_source(file).tables.get("theme")
    except ModelError as error:
        return ChosenTheme(usual, str(error.complaints[0]))
    if not isinstance(name, str):
        return ChosenTheme(usual, f"{file}: it names no theme")
    return ChosenTheme(name) if name in THEMES else ChosenTheme(usual, f"{file}: {_unknown_theme(name)}")


def keep_theme(name: str) -> None:
    """Save a choice; raises StoreError, and then changes nothing."""
    if name not in THEMES:
        raise StoreError(_unknown_theme(name))
    with exclusive(theme_file()):
        replace_file(theme_file(), f'{THEME_WRITTEN}theme = "{name}"\n')


def has_many_colours(environment: Mapping[str, str]) -> bool:
    """Return whether a terminal says that it has 256 colours or more, by its variables."""
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return True
    term = environment.get("TERM", "")
    return term.endswith(("256color", "-direct", "kitty", "truecolor"))


def _unknown_theme(name: str) -> str:
    return f"there is no theme “{name[:40]}”{did_you_mean(name, THEMES)}"


def user_source(file: Path) -> Source:
    """Read a file of the account: a regular one, LARGEST bytes at most, that no other account can write.

    Raises ModelError.
    """
    trust = FileTrust(_own())
    source = Source(file, trust, LARGEST)
    if complaints := [*trust.warnings()]:
        raise ModelError(complaints)
    return source


def _config() -> dict[str, Any]:
    """Read and validate the account's configuration; empty where there is none."""
    tables, source, problems = _read(config_file(), CONFIG)
    _refuse(source, problems)
    for index, account in enumerate(tables.get("trusted_owners", ())):
        if _number(account) is None:
            problems["trusted_owners", index] = "This machine has no account of that name; remove it."
    zone = tables.get("timezone")
    if zone is not None and _zone(zone) is None:
        problems["timezone",] = f'There is no time zone "{zone}"; write one such as "UTC" or "Europe/Berlin".'
    _refuse(source, problems)
    return tables


def _refuse(source: Source | None, problems: dict[Keys, str]) -> None:
    """Raise ModelError for the problems of a file."""
    if problems and source is not None:
        raise ModelError([source.complaint(at, problem) for at, problem in problems.items()])


def _read(file: Path, shape: Spec) -> tuple[dict[str, Any], Source | None, dict[Keys, str]]:
    """Read the tables of a file of the account: (tables, source, dict of problems). Raises ModelError."""
    problems: dict[Keys, str] = {}
    if not os.path.lexists(file):
        return {}, None, problems
    source = user_source(file)

    def report(at: Keys, problem: str) -> None:
        problems.setdefault(at, problem)

    return Validator(source.folder, report).read(shape, source.tables), source, problems


def _own() -> frozenset[int]:
    return frozenset({ROOT, os.geteuid()})


def _zone(key: str) -> tzinfo | None:
    """Return a time zone by its name; None where there is none."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - slow to load

    try:
        return ZoneInfo(key)
    except (ValueError, OSError, KeyError):
        return None


def _number(account: str) -> int | None:
    """Return the uid of an account given by name or number; None where no account has the name."""
    if account.isascii() and account.isdigit():
        return int(account) if len(account) <= LONGEST_UID else None
    try:
        return pwd.getpwnam(account).pw_uid
    except KeyError:
        return None
