"""The Summary: what `--json` says of a run and all it started, its schema, and the exit code that follows.

Here lives what scripts read: names that are there stay, and only new ones are added. Never a sentence that
is not also a value.
"""

from octotui.cli.summary.build import summary
from octotui.cli.summary.outcome import exit_code, lock_waits

__all__ = ["exit_code", "lock_waits", "summary"]
