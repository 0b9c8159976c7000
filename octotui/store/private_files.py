"""Files and folders of a space, private from their creation, whatever the umask."""

import os
from pathlib import Path
from typing import IO, Literal

PARENT_MODE = 0o711  # of folders above a space: its access group may traverse, but not list them

Mode = Literal["wb", "ab", "xb", "x+b"]


def make_folder(path: Path, mode: int = 0o700, above: int = 0o700) -> None:
    """Make a folder and its missing parents, by default for the owner alone; raises OSError."""
    try:
        path.mkdir(mode)
    except FileExistsError:
        if not path.is_dir():
            raise
        return
    except FileNotFoundError:
        make_folder(path.parent, above, above)
        make_folder(path, mode, above)
        return
    path.chmod(mode)  # the umask may have cleared some bits


def private(path: str, flags: int) -> int:
    """Open a file as `open` does, without following a link; a new one is for its owner alone."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def opened_private(path: Path, mode: Mode) -> IO[bytes]:
    """Open a file to write, a new one for its owner alone; raises OSError."""
    return open(path, mode, opener=private)
