"""The Summary: what `--json` prints of a run and its descendants, its schema, and the exit code.

Scripts read it: names stay, and only new ones are added. Never a sentence that is not also a value.
"""

from octotui.cli.summary.build import summary, summary_of_plan, summary_with_variables
from octotui.cli.summary.outcome import estimate_notes, exit_code, how_to_answer, lock_waits

__all__ = [
    "estimate_notes",
    "exit_code",
    "how_to_answer",
    "lock_waits",
    "summary",
    "summary_of_plan",
    "summary_with_variables",
]
