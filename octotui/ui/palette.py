"""What the command palette offers beside Textual's own commands."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual.app import App, SystemCommand
from textual.screen import Screen

ACTIONS = (
    ("Start a run", "Choose a runbook, an environment, a tenant", "start"),
    ("Answer a question", "Open the question to answer next", "answer"),
    ("Why?", "Why the run or worker looked at is as it is", "why"),
    ("Output", "The output of the run looked at", "log"),
    ("Cancel the run", "End the run looked at; asks once", "cancel"),
    ("Schedules", "What the clock starts, and when next", "schedules"),
    ("Move to top", "Let the queued run looked at go before all others", "top"),
    ("Run again", "Start the same runbook in the same place; asks once", "again"),
    ("Help", "What this pane shows, and its keys", "help"),
)


def commands(app: App[Any], screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Those actions that the screen offers now."""
    for title, text, action in ACTIONS:
        if hasattr(screen, f"action_{action}") and screen.check_action(action, ()):
            yield SystemCommand(title, text, partial(screen.run_action, action))
    yield SystemCommand("Leave octotui", "Asks what becomes of active runs", app.action_quit)
