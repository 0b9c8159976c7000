"""The health of a worker or target: how it stands and since when, its checks, and what they found on it.

Theory of operation. A machine that is to be checked has a time, `due`; when that has come, or when somebody
asks, it stands in the line of checks with its `ticket`, and then one of the checks that go side by side is
its own, since `checking`. The end of the check says how it stands, and when the next one is due. A machine
that has been unavailable for as long as its `unreachable_limit` says, until `limit`, is `lost`, until a check
reaches it again.
"""

import msgspec

from octotui.engine.state.records import Health

HISTORY = 10  # changes of health that are kept of a machine


class HealthChange(msgspec.Struct, frozen=True, gc=False):
    """A change of a machine's health: since when, to what, and why."""

    at: float
    health: Health
    reason: str = ""


class FoundTool(msgspec.Struct, frozen=True, gc=False):
    """A tool that was looked for: its path, or `""` where there is none, and its version, if it says one."""

    path: str = ""
    version: str = ""


class CheckedFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a check found out about a machine; its clock was `ahead` by so many seconds, or behind."""

    system: str = ""
    architecture: str = ""
    python: str = ""
    ahead: float = 0.0
    tools: dict[str, FoundTool] = {}


class MachineHealth(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is known of a machine's health; its present word is in `State.health`.

    `latency` is the seconds that its last answer took, `failures` counts the checks in a row that did not
    reach it. Nobody can log in there without the passphrase of its `locked_key`.
    """

    since: float | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    checked_at: float | None = None
    latency: float | None = None
    facts: CheckedFacts | None = None
    failures: int = 0
    history: tuple[HealthChange, ...] = ()
    due: float | None = None
    ticket: int | None = None
    checking: float | None = None
    limit: float | None = None
    lost: float | None = None
    locked_key: str = ""

    @property
    def is_in_line(self) -> bool:
        """Whether a check of it waits, or goes on."""
        return self.ticket is not None or self.checking is not None


NEVER_CHECKED = MachineHealth()


def check_deadline(machine: str) -> str:
    """Return the name of the deadline of a machine's next check; no run or job has a slash in its name."""
    return f"check/{machine}"


def loss_deadline(machine: str) -> str:
    """Return the name of the deadline at which a machine that cannot be reached is lost."""
    return f"lost/{machine}"
