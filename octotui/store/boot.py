"""The id of the present boot of this machine: no process outlives it."""

import os
import subprocess
from pathlib import Path


def boot_id() -> str:
    """Return the kernel's id of the current boot; empty where there is none."""
    try:
        if os.uname().sysname == "Linux":
            return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        asked = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
