"""Where the file of an account's own keys is."""

import os
from pathlib import Path

from octotui.store.user_config import config_file

NAMED = "OCTOTUI_KEYS"
"""The environment variable with the path of another file."""


def keys_file() -> Path:
    """Return the path of the file; it may not exist."""
    named = os.environ.get(NAMED)
    return Path(named) if named else config_file().with_name("keys.toml")


def has_keys_file() -> bool:
    """Return whether there is a file to be read, or one is named."""
    return bool(os.environ.get(NAMED)) or os.path.lexists(keys_file())
