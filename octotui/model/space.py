"""A space: the declared world that one TOML file describes, as frozen values keyed by slug."""

from typing import Literal

import msgspec

from octotui.model.process import Runbook
from octotui.model.values import HIDDEN, Prompt, Secret

Policy = Literal["round-robin", "least-leases"]

BUILT_IN = "built-in"
DEFAULT_POOL = "default"


class Space(msgspec.Struct, frozen=True):
    """The name people call it by, and the slug that names its folder on disk."""

    name: str
    slug: str


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of the space: executing runs at a time, jobs of one run side by side."""

    task_cap: int = 5
    max_parallelism: int = 10
    built_in_worker: bool = True


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


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run takes effect: development, test, production."""

    name: str


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a run takes effect; tags are written `set/tag`."""

    name: str
    tags: tuple[str, ...] = ()


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """People who may answer; members are accounts of the machine, and nobody listed means anyone."""

    name: str
    members: tuple[str, ...] = ()


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Where packages come from; `directory` is absolute, `rate` in bytes a second."""

    directory: str
    rate: int | None = None


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
        return self.value if self.prompt is None else self.prompt.default or ""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one space declares; `workers` also holds those that only a pool names."""

    space: Space
    engine: Engine = Engine()
    pools: dict[str, Pool] = {}
    workers: dict[str, Worker] = {}
    environments: dict[str, Environment] = {}
    tenants: dict[str, Tenant] = {}
    teams: dict[str, Team] = {}
    feeds: dict[str, Feed] = {}
    runbooks: dict[str, Runbook] = {}
    variables: dict[str, tuple[Value, ...]] = {}

    @property
    def default_pool(self) -> str:
        """The slug of the default pool: the one marked, or the implicit empty one (W1)."""
        return next((slug for slug, pool in self.pools.items() if pool.default), DEFAULT_POOL)

    def pool(self, slug: str) -> Pool:
        """The pool of that slug; the implicit default pool has no members."""
        return self.pools.get(slug) or Pool(name="Default", default=True)
