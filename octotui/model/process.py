"""Runbooks and their steps, as frozen values."""

from typing import Literal, assert_never

import msgspec
from msgspec.structs import replace

from octotui.model.values import Prompt

Shell = Literal["bash", "sh", "python", "pwsh"]
Start = Literal["after-previous", "with-previous"]
GuidedFailure = Literal["on", "off", "environment"]
PLAIN_CONDITIONS = ("success", "failure", "always")  # others are expressions
On = Literal["target", "worker", "worker-for-each-target"]
Pull = Literal["missing", "always", "never"]

OF_IMAGES = "container:"  # before the image of a requirement, or of what an acquisition brings to a machine
ENGINE_NEED = "podman or docker"  # what a step that runs in a container needs of its worker


class ScriptAction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of the actions that run a script on a machine; `file` says where `body` was read from.

    A `verbatim` script runs as it is written, without substitution of variables.
    """

    body: str
    shell: Shell = "bash"
    file: str | None = None
    verbatim: bool = False


class Script(ScriptAction, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="script"):
    """A step that runs its own script."""


class TemplateCall(
    ScriptAction, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="template"
):
    """A step that runs a template's script, copied when the model was read.

    `parameters` are texts by name, defaults included, that are expanded when the script starts; those in
    `sensitive` are masked, and those in `executed` are code, such as statements of SQL. `needs` are commands,
    and Python modules such as `python:boto3`.
    """

    template: str
    parameters: dict[str, str] = {}
    sensitive: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    executed: tuple[str, ...] = ()


class Package(ScriptAction, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="package"):
    """A step that deploys the first of its packages, by a script that is generated at its start.

    `install_to` is a template of the folder it replaces; variables are substituted in files that match
    `substitute`.
    """

    body: str = ""
    install_to: str | None = None
    substitute: tuple[str, ...] = ()


class StartRunbook(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="runbook"
):
    """A step that starts another run; environment and tenant default to the parent's.

    `variables` are texts by name, `at` a start time; both are expanded when the step starts.
    """

    runbook: str
    environment: str | None = None
    tenant: str | None = None
    wait: bool = True
    variables: dict[str, str] = {}
    at: str | None = None
    guided_failure: Literal["on", "off"] | None = None


class Manual(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="manual"):
    """A step that asks people; `instructions` are Markdown; only `teams` may answer, if any are named.

    `approvals` different people must proceed (I6); with `not_requester`, none of them has started the run.
    After `expires` seconds without an answer, `on_expiry` is the answer. Who proceeds fills in `fields`,
    which become output variables of the step.
    """

    instructions: str
    teams: tuple[str, ...] = ()
    approvals: int = 1
    not_requester: bool = False
    expires: float | None = None
    on_expiry: Literal["abort", "proceed"] = "abort"
    fields: dict[str, Prompt] = {}


class HealthCheck(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="health_check"
):
    """A step that checks its targets; an unhealthy one fails the run, or is excluded from it."""

    script: Script = Script(body="")
    unhealthy: Literal["fail", "exclude"] = "fail"


class Rolling(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="rolling"):
    """A step whose child steps all run on one target before they run on the next."""

    steps: "tuple[Step, ...]" = ()


AnyScript = Script | TemplateCall | Package
Action = AnyScript | StartRunbook | Manual | HealthCheck | Rolling
"""The kinds of steps; every `match` on them ends with `assert_never`."""


class Simulate(msgspec.Struct, frozen=True, kw_only=True):
    """The duration and result of the step's jobs in a prediction; `takes` in seconds."""

    takes: float = 1.0
    result: Literal["success", "failure"] = "success"


class Requirement(msgspec.Struct, frozen=True):
    """A package that a step needs: `tools@[1.0,2.0)`, or `tools` for the highest release."""

    id: str
    version: str | None = None

    @property
    def text(self) -> str:
        """The requirement as text: `tools`, `tools@1.2.0`."""
        return f"{self.id}@{self.version}" if self.version else self.id


def requirement_of(text: str) -> Requirement:
    """Parse the text of a requirement, the key of its version in releases and journals."""
    package, _, version = text.partition("@")
    return Requirement(package, version or None)


class ContainerSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a script runs in its container; its image is that of the step.

    `image` is what the model says, without the host of the `feed`. `memory` is in bytes, `mounts` are
    `SOURCE:TARGET`, with `:ro` for what is only read. The image of a `dockerfile` is built on the worker; its
    text was read from `dockerfile_path`, if any.
    """

    image: str | None = None
    feed: str | None = None
    dockerfile: str | None = None
    dockerfile_path: str | None = None
    pull: Pull = "missing"
    network: str | None = None
    memory: int | None = None
    cpus: float | None = None
    mounts: tuple[str, ...] = ()


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of a process; durations are seconds, and None is no limit.

    `condition` is `success`, `failure`, `always`, or an expression on variables; `publish` maps names of
    output variables to variable sets. With `roles` it runs on the targets with one of them, `window` at a
    time; a child step takes them from the step it is `within`.
    `runs_contained`: whether its script runs in its container; None in journals older than the key.
    `contained` says how it does.
    `needs` are tools that its machine must have, such as `kubectl>=1.28`.
    """

    name: str
    action: Action
    pool: str | None = None
    pool_variable: str | None = None
    packages: tuple[Requirement, ...] = ()
    container: str | None = None
    runs_contained: bool | None = None
    contained: ContainerSettings = ContainerSettings()
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
    roles: tuple[str, ...] = ()
    on: On = "worker"
    window: int | None = None
    shared: bool = False
    within: str = ""
    needs: tuple[str, ...] = ()

    @property
    def needs_worker(self) -> bool:
        """Whether a worker is selected for it; manual steps, and steps on targets, need none."""
        match self.action:
            case Script() | TemplateCall() | Package() | HealthCheck() | StartRunbook():
                return self.on != "target"
            case Manual() | Rolling():
                return False
            case _:
                assert_never(self.action)

    @property
    def for_targets(self) -> bool:
        """Whether it, or each of its child steps, has one job per target."""
        return self.on != "worker"

    @property
    def script(self) -> AnyScript | None:
        """The script that its jobs run, if any."""
        match self.action:
            case Script() | TemplateCall() | Package() as script:
                return script
            case HealthCheck(script=script):
                return script
            case StartRunbook() | Manual() | Rolling():
                return None
            case _:
                assert_never(self.action)

    @property
    def child_run(self) -> StartRunbook | None:
        """The run that it starts, if any."""
        match self.action:
            case StartRunbook() as child:
                return child
            case Script() | TemplateCall() | Package() | HealthCheck() | Manual() | Rolling():
                return None
            case _:
                assert_never(self.action)

    @property
    def question(self) -> Manual | None:
        """The question of a manual step, else None."""
        match self.action:
            case Manual() as question:
                return question
            case Script() | TemplateCall() | Package() | HealthCheck() | StartRunbook() | Rolling():
                return None
            case _:
                assert_never(self.action)

    @property
    def is_rolling(self) -> bool:
        """Whether it is a rolling step."""
        match self.action:
            case Rolling():
                return True
            case Script() | TemplateCall() | Package() | HealthCheck() | StartRunbook() | Manual():
                return False
            case _:
                assert_never(self.action)

    @property
    def child_steps(self) -> "tuple[Step, ...]":
        """The child steps of a rolling step, else `()`."""
        return self.action.steps if isinstance(self.action, Rolling) else ()

    @property
    def is_contained(self) -> bool:
        """Whether its script runs in a container."""
        return self.container is not None and self.runs_contained is True

    @property
    def images(self) -> tuple[str, ...]:
        """The requirement of its container's image, if a registry is asked for its digest.

        It is if the image is a range, such as `container:alpine@3.x`, or runs from a feed.
        """
        image = self.container or ""
        from_feed = self.is_contained and self.contained.feed is not None and "#{" not in image
        return (f"{OF_IMAGES}{image}",) if ("@" in image or from_feed) and "@sha256:" not in image else ()

    @property
    def acquires(self) -> bool:
        """Whether its worker acquires something first: packages, or an image to run in."""
        return bool(self.packages) or self.is_contained

    @property
    def script_tools(self) -> tuple[str, ...]:
        """What its script calls: its own needs, and those of its template, each once, sorted."""
        template = self.action.needs if isinstance(self.action, TemplateCall) else ()
        return tuple(sorted({*self.needs, *template}))

    @property
    def tools(self) -> tuple[str, ...]:
        """What it needs of its machine; a script in a container has the tools of its image."""
        return (ENGINE_NEED,) if self.is_contained else self.script_tools

    @property
    def package_ids(self) -> tuple[str, ...]:
        """The ids of its packages in their order, without versions."""
        return tuple(each.id for each in self.packages)


class Runbook(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A process: named steps in order; `concurrency` is a tag that one run at a time holds (a mutex).

    With `priority`, its runs are queued before others. `project` is the one whose variables it sees; that of
    a deployment is the project that declares it.
    """

    name: str
    steps: tuple[Step, ...] = ()
    description: str = ""
    concurrency: str | None = None
    time_limit: float | None = None
    project: str | None = None
    guided_failure: GuidedFailure = "environment"
    unavailable_targets: Literal["fail", "skip"] = "fail"
    priority: bool = False

    def flat(self) -> "Runbook":
        """Return the process with child steps flattened: after their rolling step and `within` it."""
        if not any(step.is_rolling for step in self.steps):
            return self
        return replace(self, steps=tuple(each for step in self.steps for each in (step, *_children(step))))

    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Group the indexes of its flattened steps: the steps of a group start together (S2)."""
        groups: list[list[int]] = []
        for index, step in enumerate(self.steps):
            if step.within or (step.start == "with-previous" and groups):
                groups[-1].append(index)
            else:
                groups.append([index])
        return tuple(map(tuple, groups))


def _children(step: Step) -> tuple[Step, ...]:
    return tuple(replace(each, within=step.name, roles=step.roles) for each in step.child_steps)
