"""Events of machines: checks of their health, and losses."""

from octotui.engine.state.machine_health import CheckedFacts
from octotui.engine.state.records import Event, Health


class HealthChanged(Event, frozen=True, tag=True):
    """The health of a worker or target changed otherwise than by a check of it, as by a step (S1)."""

    worker: str
    health: Health
    reason: str = ""


class ChecksPlanned(Event, frozen=True, tag=True):
    """Machines have another time of their next check, or none (None).

    Those in `interrupted` were being checked, or stood in line for it, when the space was left; those in
    `forgotten` are in the model no more. How those in `unknown` are cannot be told for now.
    """

    due: dict[str, float | None]
    interrupted: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class ChecksQueued(Event, frozen=True, tag=True):
    """Machines stand in line for a check, since somebody asked for it, or, without `by`, since it was due."""

    machines: tuple[str, ...]
    by: str = ""
    origin: str = ""


class CheckStarted(Event, frozen=True, tag=True):
    """The check of a machine begins."""

    machine: str


class MachineChecked(Event, frozen=True, kw_only=True, tag=True):
    """The check of a machine ended, with its health, and the time of the next one.

    `facts` are None where it could not be reached; at `limit` it is lost unless it is reached before. Nobody
    can log in there before the passphrase of its `locked_key` is given.
    """

    machine: str
    health: Health
    reason: str = ""
    warnings: tuple[str, ...] = ()
    latency: float | None = None
    facts: CheckedFacts | None = None
    next_check: float | None = None
    limit: float | None = None
    locked_key: str = ""


class MachineLost(Event, frozen=True, tag=True):
    """A machine could not be reached for as long as its `unreachable_limit` says, or is gone."""

    machine: str
    reason: str


class PassphraseGiven(Event, frozen=True, kw_only=True, tag=True):
    """A person gave the passphrase of a key that machines wait for; it is in memory alone (M1)."""

    key: str
    by: str = ""
    origin: str = ""


class CommandSent(Event, frozen=True, kw_only=True, tag=True):
    """A person is about to run a command on a machine, beside all runs.

    `text` is its beginning, line ends and other control characters escaped; `length` is that of all of it in
    characters, and `sha256` its sum; 0 and `""` in journals that have neither.
    """

    machine: str
    text: str
    length: int = 0
    sha256: str = ""
    by: str = ""
    origin: str = ""


MachineEvent = (
    HealthChanged | ChecksPlanned | ChecksQueued | CheckStarted | MachineChecked | MachineLost
) | (PassphraseGiven | CommandSent)
