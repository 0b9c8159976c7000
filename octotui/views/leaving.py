"""What would become of the open runs if octotui were left now."""

import msgspec

from octotui.engine.state import State
from octotui.views.words import counted


class Leaving(msgspec.Struct, frozen=True):
    """What is active, and what leaving would mean for it."""

    active: str
    leave: str


def told(state: State) -> Leaving:
    """Both in words."""
    active = sum(1 for run in state.runs.values() if not run.ended)
    running = sum(1 for job in state.jobs.values() if job.state == "running")
    head = f"{counted(active, 'run')} {'is' if active == 1 else 'are'} active"
    if not running:
        return Leaving(head, "nothing is running; go on where it stands when you come back")
    goes = "goes" if running == 1 else "go"
    return Leaving(head, f"{counted(running, 'running job')} {goes} on without octotui")
