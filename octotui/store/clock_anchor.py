"""What the clocks of a machine said when its space was last open: a small file in the space's folder."""

import os
from contextlib import suppress
from pathlib import Path

import msgspec

from octotui.store.workspace_index import boot_id


class Anchor(msgspec.Struct, frozen=True):
    """The wall's clock (seconds since 1970) and that of the boot (seconds since its start) at one moment."""

    wall: float
    steady: float
    boot: str = ""


def read_anchor(folder: Path) -> Anchor | None:
    """The anchor that was kept since the machine started, or None."""
    try:
        anchor = msgspec.json.decode((folder / "clock.json").read_bytes(), type=Anchor)
    except (OSError, msgspec.MsgspecError):
        return None
    return anchor if anchor.boot and anchor.boot == boot_id() else None


def keep_anchor(folder: Path, wall: float, steady: float) -> None:
    """Keep what both clocks say now; a disk that takes nothing only loses a check of the next session."""
    new = folder / "clock.new"
    with suppress(OSError):
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(msgspec.json.encode(Anchor(wall, steady, boot_id())))
        new.replace(folder / "clock.json")
