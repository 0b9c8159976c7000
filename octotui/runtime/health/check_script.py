"""The scripts of a check: what they are given, and what they say of their machine."""

from collections.abc import Sequence

import msgspec

from octotui.engine.state import Outcome
from octotui.engine.state.records import Health
from octotui.model.complaints import Reason
from octotui.model.iteration import environment_sources
from octotui.model.process import Script, Shell
from octotui.model.space import Model
from octotui.runtime.jobs.job_script import body_of, filled
from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.line_streams import STDOUT
from octotui.variables.budget import Budget
from octotui.workers.environment_values import carried
from octotui.workers.executor import AttemptSpec

LONG = 300  # characters of a reason or a warning
WARNINGS = 10
ERROR = 2000  # bytes of errors that are kept


class CheckVerdict(msgspec.Struct, frozen=True):
    """How a script found its machine."""

    health: Health
    reason: Reason = ""
    warnings: tuple[str, ...] = ()
    locked_key: str = ""
    gone: bool = False


class CheckErrors:
    """The log of a check's script, of which only what it said as an error is kept."""

    def __init__(self) -> None:
        self._level = "default"
        self._text = bytearray()

    def __call__(self, chunk: bytes, changes: Sequence[LevelChange] = (), stream: int = STDOUT, /) -> None:
        """Take a chunk of any stream, in which the level changes at these bytes."""
        start = 0
        for change in (*changes, LevelChange(len(chunk), self._level)):
            if self._level == "error":
                self._text += chunk[start : change.at][: ERROR - len(self._text)]
            start = change.at
            self._level = change.level if change in changes else self._level

    @property
    def first(self) -> str:
        """The first line that was said as an error, or `""`."""
        return shortened(self._text.decode(errors="replace").strip().partition("\n")[0])


def shortened(text: str) -> str:
    """Return a text in one line of at most LONG characters."""
    return " ".join(text.split())[:LONG]


def verdict(outcome: Outcome, error: str) -> CheckVerdict:
    """Return how a machine is by the end of its check's script, and the first error that it said."""
    warnings = tuple(map(shortened, outcome.warnings[:WARNINGS]))
    if outcome.state == "lost":
        return CheckVerdict("unavailable", shortened(f"its check is lost: {outcome.reason}"), warnings)
    if error or not outcome.state.startswith("succeeded"):
        return CheckVerdict("unhealthy", error or shortened(outcome.reason or outcome.state), warnings)
    return CheckVerdict("has-warnings", warnings[0], warnings) if warnings else CheckVerdict("healthy")


def values(model: Model, machine: str) -> dict[str, str]:
    """Return the variables of a check: those of the space that have no scope, and those of the machine.

    Sensitive ones, and those that people are asked for, belong to runs.
    """
    plain = {
        name: each.value
        for name, several in model.variables.items()
        for each in several
        if each.kind == "text" and each == msgspec.structs.replace(each, scope=type(each.scope)())
    }
    declared = model.machine(machine)
    name = machine if declared is None else declared.name
    roles = model.targets[machine].roles if machine in model.targets else ()
    return plain | {
        "Octopus.Space.Name": model.space.name,
        "Octopus.Machine.Id": machine,
        "Octopus.Machine.Name": name,
        "Octopus.Machine.Roles": ",".join(roles),
    }


def own_spec(model: Model, machine: str, directory: str, shell: Shell, text: str) -> AttemptSpec:
    """Return the spec of a script of octotui's own, which is given nothing."""
    return AttemptSpec(
        job=f"check-{machine}",
        attempt=1,
        run="",
        worker=machine,
        directory=directory,
        shell=shell,
        script=text,
        passed=model.engine.environment,
        withheld=tuple(environment_sources(model)),
        grace=0.0,
        supervisor=model.engine.supervisor,
    )


def policy_spec(
    model: Model, machine: str, directory: str, script: Script, now: float, budget: Budget
) -> AttemptSpec:
    """Return the spec of a policy's script, filled in; raises OverBudget."""
    filler, given, _ = filled(script, values(model, machine), {}, now, budget)
    body, _ = body_of(script, filler)
    spec = own_spec(model, machine, directory, script.shell, body)
    return msgspec.structs.replace(spec, values=given, environment=carried(given).environment)
