"""Runbooks and their steps, as frozen values."""

from typing import Literal

import msgspec

Shell = Literal["bash", "sh", "python", "pwsh"]
Start = Literal["after-previous", "with-previous"]
GuidedFailure = Literal["on", "off", "environment"]


class Script(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="script"):
    """A step that runs a script on its worker; `file` says where `body` was read from."""

    body: str
    shell: Shell = "bash"
    file: str | None = None


class Template(Script, frozen=True, kw_only=True, tag_field="kind", tag="template"):
    """A step that runs a template's script, as it was when the model was read.

    `parameters` are texts by name, defaults included, that are filled in when the script starts; those in
    `sensitive` are masked. `needs` are commands, and Python modules such as `python:boto3`.
    """

    template: str
    parameters: dict[str, str] = {}
    sensitive: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class StartRunbook(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="runbook"):
    """A step that starts another run; without an environment or tenant the child has its parent's."""

    runbook: str
    environment: str | None = None
    tenant: str | None = None
    wait: bool = True


class Manual(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="manual"):
    """A step that asks people; `instructions` are Markdown, `teams` may answer (nobody named: anyone)."""

    instructions: str
    teams: tuple[str, ...] = ()


Action = Script | Template | StartRunbook | Manual


class Simulate(msgspec.Struct, frozen=True, kw_only=True):
    """What a job of this step does in a prediction; `takes` in seconds."""

    takes: float = 1.0
    result: Literal["success", "failure"] = "success"


class Requirement(msgspec.Struct, frozen=True):
    """A package that a step needs: `tools@[1.0,2.0)`, or `tools` for the highest release."""

    id: str
    version: str | None = None

    @property
    def text(self) -> str:
        """How it is written: `tools`, `tools@1.2.0`."""
        return f"{self.id}@{self.version}" if self.version else self.id


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a process; durations are seconds, and None is no limit.

    Its condition is `success`, `failure`, `always`, or an expression on variables; `publish` says by the
    name of an output variable which variable set is given its value.
    """

    name: str
    action: Action
    pool: str | None = None
    pool_variable: str | None = None
    packages: tuple[Requirement, ...] = ()
    container: str | None = None
    start: Start = "after-previous"
    condition: str = "success"
    enabled: bool = True
    environments: tuple[str, ...] = ()
    block_concurrent: bool = False
    retries: int = 0
    backoff: float = 15.0
    time_limit: float | None = None
    wait_limit: float | None = None
    grace: float = 10.0
    simulate: Simulate | None = None
    required: bool = False
    tenant_tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    publish: dict[str, str] = {}

    @property
    def needs_worker(self) -> bool:
        """Whether a worker is selected for it: every step but a manual one."""
        return not isinstance(self.action, Manual)

    @property
    def package_ids(self) -> tuple[str, ...]:
        """The ids of its packages in their order, without versions."""
        return tuple(each.id for each in self.packages)


class Runbook(msgspec.Struct, frozen=True, kw_only=True):
    """A process: named steps in order; `concurrency` is a tag that one run at a time may hold.

    Its `project` is the one whose variables it has; that of a deployment is the project it stands in.
    """

    name: str
    steps: tuple[Step, ...] = ()
    description: str = ""
    concurrency: str | None = None
    time_limit: float | None = None
    project: str | None = None
    guided_failure: GuidedFailure = "environment"

    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The indexes of its steps, those that start together side by side (S2)."""
        found: list[list[int]] = []
        for index, step in enumerate(self.steps):
            if step.start == "with-previous" and found:
                found[-1].append(index)
            else:
                found.append([index])
        return tuple(map(tuple, found))
