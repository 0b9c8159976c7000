"""The limit of open files of this process: many concurrent jobs need more than the default."""

import resource
from contextlib import suppress

ENOUGH = 1 << 16
USUAL = resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def raise_soft() -> str:
    """Raise the soft limit of open files to the hard one; return the original, as `ulimit` writes it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft < wanted:
        with suppress(OSError, ValueError):  # macOS has a lower limit that it does not report
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return "unlimited" if USUAL == resource.RLIM_INFINITY else str(USUAL)
