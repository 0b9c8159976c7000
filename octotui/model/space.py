"""A space: the declared world that one TOML file describes, as frozen values keyed by slug."""

import re
from typing import Literal

import msgspec

from octotui.model.machines.accounts import Account, Endpoint, SshSettings
from octotui.model.machines.dynamic_pools import DynamicPool, Image
from octotui.model.machines.endpoints import LOCAL
from octotui.model.machines.health_policy import DEFAULT_POLICY, HOURLY, ON_DEMAND, MachinePolicy
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.process import Runbook, TemplateCall
from octotui.model.values import HIDDEN, Prompt, Secret

Policy = Literal["round-robin", "least-leases"]
OnLostWorker = Literal["fail", "reselect", "wait"]

BUILT_IN = "built-in"
DEFAULT_POOL = "default"
DEFAULT_CHANNEL = "default"


def space_slug(name: str) -> str:
    """Return the slug of a space's name, valid as the name of a folder."""
    return re.sub(r"\W+", "-", name.casefold())[:60].strip("-_") or "space"


class Space(msgspec.Struct, frozen=True):
    """A space's name for people, and the slug that names its folder on disk."""

    name: str
    slug: str


Supervisor = Literal["agent", "each"]
StandardError = Literal["merged", "separate"]


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of the space: concurrent runs, concurrent jobs of one run, bytes of the package cache.

    `environment` lists the variables that scripts inherit from the server beside those of `PASSED`, by
    patterns such as `AWS_*`. `supervisor` says what starts scripts and outlives octotui: one agent, or a
    supervisor for each job. `stderr` says whether output is one stream, or lines of stderr are told apart.
    `max_checks` health checks of machines go side by side.
    """

    task_cap: int = 5
    max_parallelism: int = 10
    built_in_worker: bool = True
    package_cache: int | None = None
    environment: tuple[str, ...] = ()
    supervisor: Supervisor = "agent"
    stderr: StandardError = "merged"
    max_checks: int = 10


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """A retention rule: keep that of the latest `keep` ended runs, and none older than `age` seconds."""

    keep: int | None = None
    age: float | None = None

    @property
    def forever(self) -> bool:
        """Whether the rule never removes anything."""
        return self.keep is None and self.age is None


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """Retention of ended runs and of the files they left; a run and all it started count as one."""

    runs: Keep = Keep()
    logs: Keep = Keep()
    artifacts: Keep = Keep()
    workspaces: Keep = Keep()


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """Workers in declared order, the policy that selects among them, and what the loss of one means.

    A `dynamic` one declares no workers; in a State, those of its leased machines are its workers (W12).
    """

    name: str
    workers: tuple[str, ...] = ()
    default: bool = False
    policy: Policy = "round-robin"
    affinity: Literal["run", "step"] = "run"
    exclusive: bool = False
    containers: bool = True
    on_lost_worker: OnLostWorker = "fail"
    dynamic: DynamicPool | None = None


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that runs jobs; `directory` holds its work and packages, `endpoint` is the way to it.

    `account` is the slug of the account that works there.
    `policy` names how its health is checked. After `unreachable_limit` seconds without an answer it is lost.
    `host_key` is the only key that its host may show, that of a leased machine (W12).
    """

    name: str
    enabled: bool = True
    exclusive: bool = False
    directory: str | None = None
    endpoint: str = LOCAL
    account: str | None = None
    policy: str | None = None
    unreachable_limit: float | None = None
    host_key: str = ""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that is deployed to, by role; an empty list of environments, tenants or tags means all.

    `policy` and `unreachable_limit` are those of workers. A `kubernetes` cluster has no endpoint: its scripts
    run on a worker (W13).
    """

    name: str
    roles: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    tenant_tags: tuple[str, ...] = ()
    enabled: bool = True
    directory: str | None = None
    endpoint: str = LOCAL
    account: str | None = None
    policy: str | None = None
    unreachable_limit: float | None = None
    kubernetes: Kubernetes | None = None

    def has_role_of(self, roles: tuple[str, ...]) -> bool:
        """Return whether it has one of these roles."""
        return not set(roles).isdisjoint(self.roles)


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run takes effect, such as production; with guided failure, failed jobs ask people."""

    name: str
    guided_failure: Literal["on", "off"] = "off"


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """A customer that a run is for; tags are written `set/tag`."""

    name: str
    tags: tuple[str, ...] = ()


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """People who may answer questions; members are accounts of the machine, an empty list means anyone."""

    name: str
    members: tuple[str, ...] = ()


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Authorization in the space, for accounts other than the one its server runs as.

    Members of the Unix `group` can connect; each right lists teams and accounts. `start` and `answer` imply
    `read`.
    """

    group: str | None = None
    read: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A source of packages: a folder, an address that lists them, or a registry of images.

    `directory` is absolute, `rate` in bytes per second, `timeout` in seconds; `token_env` is the environment
    variable with the server's token, or with the password of `username`. `hosts` are further hosts that links
    and redirects may lead to, each with an optional port.
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
    """Where a value applies: any of the names within a kind, and all kinds that have names (V2)."""

    step: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    tenant: tuple[str, ...] = ()
    tenant_tag: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    process: tuple[str, ...] = ()


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a variable and its scope; one of kind `pool` is the slug of a pool.

    A sensitive value is read from its `secret`, a prompted one asked for by its `prompt`.
    """

    value: str = ""
    kind: Literal["text", "pool", "sensitive", "prompt"] = "text"
    scope: Scope = Scope()
    secret: Secret | None = None
    prompt: Prompt | None = None

    @property
    def is_sensitive(self) -> bool:
        """Whether the value must never be shown (V5)."""
        return self.kind == "sensitive" or (self.prompt is not None and self.prompt.kind == "sensitive")

    @property
    def shown(self) -> str:
        """The text to show: the value, a prompt's default, or ********."""
        if self.is_sensitive:
            return HIDDEN
        return self.value if self.prompt is None else self.prompt.otherwise


Variables = dict[str, tuple[Value, ...]]
"""Values of variables, by name."""


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """A stage of a lifecycle: environments in any order; an `optional` phase may be skipped."""

    name: str
    environments: tuple[str, ...] = ()
    optional: bool = False


class Lifecycle(msgspec.Struct, frozen=True, kw_only=True):
    """The order of phases in which a release is promoted through environments."""

    name: str
    phases: tuple[Phase, ...] = ()


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of releases: their lifecycle, and the version ranges of their packages."""

    name: str
    default: bool = False
    lifecycle: str | None = None
    versions: dict[str, str] = {}
    tag: str | None = None


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A deployable: its process, its variables, and the channels of its releases."""

    deployment: Runbook
    lifecycle: str | None = None
    variable_sets: tuple[str, ...] = ()
    variables: Variables = {}
    channels: dict[str, Channel] = {}

    @property
    def name(self) -> str:
        """The name of its process."""
        return self.deployment.name

    @property
    def default_channel(self) -> str:
        """The slug of the default channel: the one marked, or the first."""
        marked = (slug for slug, channel in self.channels.items() if channel.default)
        return next(marked, next(iter(self.channels), DEFAULT_CHANNEL))

    def lifecycle_of(self, channel: str) -> str | None:
        """Return the slug of the lifecycle of a channel's releases: its own, or the project's."""
        declared = self.channels.get(channel)
        return declared.lifecycle if declared and declared.lifecycle else self.lifecycle


class Notify(msgspec.Struct, frozen=True, kw_only=True):
    """How questions are notified: in terminals, and by a template that runs once for each question."""

    bell: bool = True
    terminal: bool = True
    action: TemplateCall | None = None


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """The times at which the clock starts a runbook, or deploys the newest release of a channel."""

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
        """The slug of the project or runbook that it starts."""
        return self.project or self.runbook or ""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """All declarations of one space; `workers` includes those that only a pool names."""

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
    accounts: dict[str, Account] = {}
    ssh: SshSettings = SshSettings()
    schedules: dict[str, Schedule] = {}
    notify: Notify = Notify()
    retention: Retention = Retention()
    machine_policies: dict[str, MachinePolicy] = {}
    images: dict[str, Image] = {}

    @property
    def machines(self) -> dict[str, Worker | Target]:
        """Workers and targets, by slug; of a machine that is both, the worker."""
        return {**self.targets, **self.workers}

    def machine(self, slug: str) -> Worker | Target | None:
        """Return the worker or target of that slug, or None."""
        return self.workers.get(slug) or self.targets.get(slug)

    def policy_of(self, machine: Worker | Target) -> MachinePolicy:
        """Return how a machine is checked: by the policy it names, by the default one, or as its way asks."""
        named = self.machine_policies.get(machine.policy or DEFAULT_POLICY)
        is_here = machine.endpoint == LOCAL and not (isinstance(machine, Target) and machine.kubernetes)
        return named or (ON_DEMAND if is_here else HOURLY)

    def cluster_of(self, slug: str | None) -> Kubernetes | None:
        """Return the Kubernetes cluster that a target is, or None."""
        target = self.targets.get(slug or "")
        return None if target is None else target.kubernetes

    @property
    def processes(self) -> dict[str, Runbook]:
        """Runbooks, and the deployments of projects, by slug."""
        return self.runbooks | {slug: project.deployment for slug, project in self.projects.items()}

    def process(self, slug: str) -> Runbook | None:
        """Return the runbook, or the deployment of the project, of that slug, or None."""
        project = self.projects.get(slug)
        return project.deployment if project else self.runbooks.get(slug)

    def project_of(self, process: str) -> str | None:
        """Return the slug of the project whose variables a process sees, or None."""
        if process in self.projects:
            return process
        runbook = self.runbooks.get(process)
        return runbook.project if runbook else None

    def endpoint_of(self, slug: str) -> Endpoint:
        """Return the way to a worker or target; one that is not declared is this machine."""
        declared = self.machine(slug)
        if declared is None or declared.endpoint == LOCAL:
            return Endpoint()
        account = self.accounts.get(declared.account or "")
        host_key = declared.host_key if isinstance(declared, Worker) else ""
        return Endpoint(declared.endpoint, account, self.ssh, host_key)

    @property
    def place_names(self) -> dict[str, str]:
        """The names of environments and tenants, by slug."""
        names = {slug: each.name for slug, each in self.tenants.items()}
        return names | {slug: each.name for slug, each in self.environments.items()}

    @property
    def default_pool(self) -> str:
        """The slug of the default pool: the one marked, or the implicit empty pool (W1)."""
        return next((slug for slug, pool in self.pools.items() if pool.default), DEFAULT_POOL)

    def pool(self, slug: str) -> Pool:
        """Return the pool of that slug; the implicit default pool has no workers."""
        return self.pools.get(slug) or Pool(name="Default", default=True)
