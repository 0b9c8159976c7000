"""What the account that runs octotui says for all its spaces: whose files it trusts beside its own."""

import os
import pwd
from pathlib import Path

from platformdirs import user_config_dir

from octotui.model.complaints import Keys, ModelError
from octotui.model.file_trust import FileTrust
from octotui.model.toml.scalars import name
from octotui.model.toml.sources import Source
from octotui.model.toml.spec import KeySpec, ListSpec, TableSpec
from octotui.model.toml.validate import Validator

ROOT = 0
CONFIG = TableSpec(
    {
        "trusted_owners": KeySpec(
            ListSpec(name("the name of an account")), "Accounts whose models, scripts and templates are used."
        )
    }
)


def config_file() -> Path:
    """Where the account's own configuration is, if there is any."""
    return Path(user_config_dir("octotui")) / "config.toml"


def file_trust() -> FileTrust:
    """Trust in files of this account, of root, and of the `trusted_owners`; raises ModelError."""
    file, own = config_file(), frozenset({ROOT, os.geteuid()})
    return FileTrust(own | (_trusted_owners(file, own) if os.path.lexists(file) else frozenset()), str(file))


def _trusted_owners(file: Path, own: frozenset[int]) -> frozenset[int]:
    """The numbers of the accounts that a configuration names, which nobody else may have written."""
    trust = FileTrust(own)
    source = Source(file, trust)
    problems: dict[Keys, str] = {}

    def report(at: Keys, problem: str) -> None:
        problems.setdefault(at, problem)

    tables = Validator(source.folder, report).read(CONFIG, source.tables)
    numbers = [_number(account) for account in tables.get("trusted_owners", [])]
    for index, number in enumerate(numbers):
        if number is None:
            problems["trusted_owners", index] = "This machine has no account of that name; remove it."
    complaints = [source.complaint(at, problem) for at, problem in problems.items()]
    if complaints := [*trust.warnings(), *complaints]:
        raise ModelError(complaints)
    return frozenset(number for number in numbers if number is not None)


def _number(account: str) -> int | None:
    """The number of an account, by its name or as it is; None where there is no such name."""
    if account.isascii() and account.isdigit():
        return int(account)
    try:
        return pwd.getpwnam(account).pw_uid
    except KeyError:
        return None
