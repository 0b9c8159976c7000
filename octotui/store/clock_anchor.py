"""The clocks of a machine when its space was last open: a small file in the space's folder."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import msgspec


class Anchor(msgspec.Struct, frozen=True):
    """The wall clock (seconds since 1970) and the boot clock (seconds since boot) at one moment."""

    wall: float
    steady: float
    boot: str = ""


def read_anchor(folder: Path) -> Anchor | None:
    """Return the anchor kept since the machine booted, or None."""
    try:
        anchor = msgspec.json.decode((folder / "clock.json").read_bytes(), type=Anchor)
    except (OSError, msgspec.MsgspecError):
        return None
    return anchor if anchor.boot and anchor.boot == boot_id() else None


def keep_anchor(folder: Path, wall: float, steady: float) -> None:
    """Store both clocks; a failed write only costs the next session a check."""
    new = folder / "clock.new"
    with suppress(OSError):
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(msgspec.json.encode(Anchor(wall, steady, boot_id())))
        new.replace(folder / "clock.json")


def boot_id() -> str:
    """Return the kernel's id of the current boot; empty where there is none."""
    try:
        if os.uname().sysname == "Linux":
            return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        asked = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
