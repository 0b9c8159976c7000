"""A space: the declared world that one TOML file describes, as frozen values keyed by slug."""

from typing import Literal

import msgspec

from octotui.model.process import Runbook, TemplateCall
from octotui.model.values import HIDDEN, Prompt, Secret

Policy = Literal["round-robin", "least-leases"]

BUILT_IN = "built-in"
DEFAULT_POOL = "default"
DEFAULT_CHANNEL = "default"


class Space(msgspec.Struct, frozen=True):
    """The name people call it by, and the slug that names its folder on disk."""

    name: str
    slug: str


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of the space: executing runs at a time, jobs of one run side by side, bytes of packages kept.

    `environment` names what scripts get of the server's environment beside the few names of `PASSED`, by
    patterns such as `AWS_*`.
    """

    task_cap: int = 5
    max_parallelism: int = 10
    built_in_worker: bool = True
    package_cache: int | None = None
    environment: tuple[str, ...] = ()


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """What of ended runs is kept: that of so many of the latest, and none that ended so many seconds ago."""

    keep: int | None = None
    age: float | None = None

    @property
    def forever(self) -> bool:
        """Whether nothing is ever removed."""
        return self.keep is None and self.age is None


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """How long ended runs are remembered, and what they left behind; a run and all it started are one."""

    runs: Keep = Keep()
    logs: Keep = Keep()
    artifacts: Keep = Keep()
    workspaces: Keep = Keep()


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """Workers in declared order, and the policy that selects one of them."""

    name: str
    workers: tuple[str, ...] = ()
    default: bool = False
    policy: Policy = "round-robin"
    affinity: Literal["run", "step"] = "run"
    exclusive: bool = False
    containers: bool = True


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that runs jobs; `directory` is where it keeps its work and its packages."""

    name: str
    enabled: bool = True
    exclusive: bool = False
    directory: str | None = None


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that is deployed to, by its roles; with no environments, tenants or tags named, in all."""

    name: str
    roles: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    tenant_tags: tuple[str, ...] = ()
    enabled: bool = True
    directory: str | None = None


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run takes effect: development, test, production; with guided failure, failures ask people."""

    name: str
    guided_failure: Literal["on", "off"] = "off"


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a run takes effect; tags are written `set/tag`."""

    name: str
    tags: tuple[str, ...] = ()


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """People who may answer; members are accounts of the machine, and nobody listed means anyone."""

    name: str
    members: tuple[str, ...] = ()


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Who of the machine may do what in the space, beside the account that its server runs as.

    Members of the Unix `group` can connect at all; a right is for teams, and for accounts by name. Who may
    start or answer may read, too.
    """

    group: str | None = None
    read: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Where packages come from: a folder, an address that lists them, or a registry of images.

    `directory` is absolute, `rate` in bytes a second, `timeout` in seconds; `token_env` names the environment
    variable that holds the server's token, or the password of `username`. `hosts` are others that the server
    may lead to, each with a port or with the usual one.
    """

    directory: str | None = None
    rate: int | None = None
    url: str | None = None
    registry: str | None = None
    timeout: float = 30.0
    username: str | None = None
    token_env: str | None = None
    hosts: tuple[str, ...] = ()


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value holds: any of the names of one kind, and every kind that names some (V2)."""

    step: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    tenant: tuple[str, ...] = ()
    tenant_tag: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    process: tuple[str, ...] = ()


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a variable and its scope; of kind `pool` it is the slug of a pool.

    A sensitive value is read where its `secret` says, a prompted one is asked for as its `prompt` says.
    """

    value: str = ""
    kind: Literal["text", "pool", "sensitive", "prompt"] = "text"
    scope: Scope = Scope()
    secret: Secret | None = None
    prompt: Prompt | None = None

    @property
    def is_sensitive(self) -> bool:
        """Whether nobody may see it (V5)."""
        return self.kind == "sensitive" or (self.prompt is not None and self.prompt.kind == "sensitive")

    @property
    def shown(self) -> str:
        """What people may see of it: its text, what a prompt has by default, or ********."""
        if self.is_sensitive:
            return HIDDEN
        return self.value if self.prompt is None else self.prompt.otherwise


Variables = dict[str, tuple[Value, ...]]
"""Values of variables, by name."""


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """Environments of a lifecycle side by side; an `optional` one may be passed by."""

    name: str
    environments: tuple[str, ...] = ()
    optional: bool = False


class Lifecycle(msgspec.Struct, frozen=True, kw_only=True):
    """Through which environments a release goes, phase by phase."""

    name: str
    phases: tuple[Phase, ...] = ()


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of releases: their lifecycle, and what the versions of their packages must fit."""

    name: str
    default: bool = False
    lifecycle: str | None = None
    versions: dict[str, str] = {}
    tag: str | None = None


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is deployed: its process, its variables, and the channels of its releases."""

    deployment: Runbook
    lifecycle: str | None = None
    variable_sets: tuple[str, ...] = ()
    variables: Variables = {}
    channels: dict[str, Channel] = {}

    @property
    def name(self) -> str:
        """What people call it: the name of its process."""
        return self.deployment.name

    @property
    def default_channel(self) -> str:
        """The slug of the channel of releases that name none: the one marked, or the first."""
        marked = (slug for slug, channel in self.channels.items() if channel.default)
        return next(marked, next(iter(self.channels), DEFAULT_CHANNEL))

    def lifecycle_of(self, channel: str) -> str | None:
        """The slug of the lifecycle of a channel's releases: its own, or the project's."""
        declared = self.channels.get(channel)
        return declared.lifecycle if declared and declared.lifecycle else self.lifecycle


class Notify(msgspec.Struct, frozen=True, kw_only=True):
    """How people hear of a question: in their terminals, and by a template that is sent once for each."""

    bell: bool = True
    terminal: bool = True
    action: TemplateCall | None = None


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """When a runbook, or the newest release of a project's channel, is started by the clock."""

    name: str
    cron: str = ""
    timezone: str = "UTC"
    runbook: str | None = None
    project: str | None = None
    channel: str | None = None
    environment: str | None = None
    tenant: str | None = None
    variables: dict[str, str] = {}
    enabled: bool = True

    @property
    def process(self) -> str:
        """The slug of what it starts."""
        return self.project or self.runbook or ""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one space declares; `workers` also holds those that only a pool names."""

    space: Space
    engine: Engine = Engine()
    pools: dict[str, Pool] = {}
    workers: dict[str, Worker] = {}
    environments: dict[str, Environment] = {}
    tenants: dict[str, Tenant] = {}
    teams: dict[str, Team] = {}
    access: Access = Access()
    feeds: dict[str, Feed] = {}
    runbooks: dict[str, Runbook] = {}
    variables: Variables = {}
    projects: dict[str, Project] = {}
    lifecycles: dict[str, Lifecycle] = {}
    variable_sets: dict[str, Variables] = {}
    targets: dict[str, Target] = {}
    schedules: dict[str, Schedule] = {}
    notify: Notify = Notify()
    retention: Retention = Retention()

    @property
    def processes(self) -> dict[str, Runbook]:
        """What can be run, by slug: runbooks, and the deployments of projects."""
        return self.runbooks | {slug: project.deployment for slug, project in self.projects.items()}

    def process(self, slug: str) -> Runbook | None:
        """The runbook of that slug, or the deployment of the project; None where there is neither."""
        project = self.projects.get(slug)
        return project.deployment if project else self.runbooks.get(slug)

    def project_of(self, process: str) -> str | None:
        """The slug of the project whose variables a process has, if any."""
        if process in self.projects:
            return process
        runbook = self.runbooks.get(process)
        return runbook.project if runbook else None

    @property
    def place_names(self) -> dict[str, str]:
        """What people call environments and tenants, by slug."""
        names = {slug: each.name for slug, each in self.tenants.items()}
        return names | {slug: each.name for slug, each in self.environments.items()}

    @property
    def default_pool(self) -> str:
        """The slug of the default pool: the one marked, or the implicit empty one (W1)."""
        return next((slug for slug, pool in self.pools.items() if pool.default), DEFAULT_POOL)

    def pool(self, slug: str) -> Pool:
        """The pool of that slug; the implicit default pool has no members."""
        return self.pools.get(slug) or Pool(name="Default", default=True)
