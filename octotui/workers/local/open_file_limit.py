"""How many files this process may have open: with many jobs at once it needs more than is usual."""

import resource
from contextlib import suppress

ENOUGH = 1 << 16
USUAL = resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def raise_soft() -> str:
    """Allow ourselves as many open files as the system lets us, and say (for `ulimit`) how many is usual."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft < wanted:
        with suppress(OSError, ValueError):  # macOS has a lower limit that it does not tell
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return "unlimited" if USUAL == resource.RLIM_INFINITY else str(USUAL)
