"""The Summary: what `--json` prints of a run and its descendants, its schema, and the exit code.

Scripts read it: names stay, and only new ones are added. Never a sentence that is not also a value.
"""

from octotui.cli.summary.build import summary
from octotui.cli.summary.outcome import exit_code, how_to_answer, lock_waits

__all__ = ["exit_code", "how_to_answer", "lock_waits", "summary"]
