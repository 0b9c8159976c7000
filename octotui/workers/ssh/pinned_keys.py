"""The keys of hosts that this account has pinned, in the format of OpenSSH's known_hosts."""

import os
from collections.abc import Sequence
from pathlib import Path

from octotui.model.file_trust import Distrusted, FileTrust
from octotui.store.atomic_file import exclusive, replace_file
from octotui.store.errors import StoreError
from octotui.store.user_config import ROOT, config_file

LARGEST = 1 << 22  # bytes
WRITTEN = "# The keys of hosts that `octotui trust` has pinned.\n"


def pinned_file() -> Path:
    """Return the path of the pinned keys; the file may not exist."""
    return config_file().with_name("known_hosts")


def pinned_lines() -> tuple[str, ...]:
    """Return the pinned keys, one a line: `HOST ALGORITHM KEY`.

    Raises StoreError, also where another account can write to the file.
    """
    try:
        data = FileTrust(frozenset({ROOT, os.geteuid()})).read(pinned_file(), LARGEST)
    except FileNotFoundError:
        return ()
    except Distrusted as problem:
        raise StoreError(f"pinned host keys are not used: {problem}") from None
    except OSError as error:
        raise StoreError(f"pinned host keys cannot be read: {pinned_file()}: {error.strerror}") from None
    lines = data.decode(errors="replace").splitlines()
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))


def pin(host: str, keys: Sequence[str]) -> None:
    """Pin the keys (`ALGORITHM KEY`) of a host in place of those it had. Raises StoreError."""
    with exclusive(pinned_file()):
        others = (line for line in pinned_lines() if line.split(" ", 1)[0] != host)
        lines = (*others, *(f"{host} {key}" for key in keys))
        replace_file(pinned_file(), WRITTEN + "".join(f"{line}\n" for line in lines))
