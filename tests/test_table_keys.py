"""R8: every key of every other table changes what is seen, or is read where a program's world begins."""

import ast
import importlib
import inspect
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from octotui.model.toml.specs import machine_spec, process_spec, space_spec, variable_spec
from octotui.model.toml.specs.spec import TableSpec
from octotui.store import user_config
from tests.observed import observed
from tests.test_keys import BASE, Table, read

STEPS = "runbooks.r.steps"
ASKED = {"prompt": {"required": False}, "process": "r"}

CONTEXT: Table = {"targets.web1.kubernetes": {"context": "staging"}}
LOGIN = {"password": {"env": "OCTOTUI_PASSWORD"}}
URL: Table = {
    "accounts": {"ann": {"user": "ann", **LOGIN}, "ben": {"user": "ben", **LOGIN}},
    "targets.web1.kubernetes": {"url": "https://cluster", "account": "ann"},
}

RICH: Table = {
    **BASE,
    "pools": {
        "setup": {"workers": ["worker1", "worker3"], "default": True},
        "other": {"workers": ["worker2"]},
    },
    "workers": {"worker1": {}},
    "teams": {"ops": {"members": ["ann", "ben"]}},
    "environments": {"test": {}, "production": {}, "last": {}},
    "variables": {
        **BASE["variables"],
        "Asked": ASKED,
        "Scoped": [{"value": "one"}, {"value": "two", "process": "r"}],
    },
    "lifecycles": {
        "standard": {
            "phases": [
                {"name": "Test", "environments": ["last"]},
                {"name": "Sell", "environments": ["production"]},
            ]
        },
        "quick": {"phases": [{"name": "All", "environments": ["production", "test"]}]},
    },
    "projects": {
        "shop": {
            "steps": [{"name": "Deploy", "script": "echo #{Size} #{Own}", "packages": ["tools"]}],
            "channels": {"stable": {"default": True}, "hot": {}},
        }
    },
    "schedules": {"nightly": {"cron": "0 3 * * *", "runbook": "r"}},
    "runbooks": {
        **BASE["runbooks"],
        "r": {
            "steps": [
                {"name": "Before", "script": "echo #{Size}"},
                {"name": "Work", "script": {"body": "echo #{Scoped} #{Asked}"}, "start": "with-previous"},
                {"name": "On targets", "script": "echo #{Scoped}", "roles": ["web"]},
                {"name": "Check", "health_check": {}, "roles": ["db"], "condition": "always"},
                {"name": "Child", "runbook": "child"},
                {"name": "Install", "package": {"id": "tools"}},
                {"name": "Ask", "manual": {"instructions": "Go on?"}},
            ]
        },
    },
}

SETTINGS: dict[str, tuple[str, Any, *tuple[Table, ...]]] = {
    # of space_spec
    "SPACE.name": ("space.name", "Another"),
    "ENGINE.task_cap": ("engine.task_cap", 1),
    "ENGINE.max_parallelism": ("engine.max_parallelism", 1),
    "ENGINE.built_in_worker": ("engine.built_in_worker", False, {"pools.setup.workers": [], "workers": {}}),
    "ENGINE.environment": ("engine.environment", ["AWS_*"]),
    "POOL.name": ("pools.setup.name", "The pool"),
    "POOL.workers": ("pools.setup.workers", ["worker3", "worker1"]),
    "POOL.default": ("pools.setup.default", False),
    "POOL.policy": ("pools.setup.policy", "least-leases"),
    "POOL.affinity": ("pools.setup.affinity", "step"),
    "POOL.exclusive": ("pools.setup.exclusive", True),
    "POOL.containers": (
        "pools.setup.containers",
        False,
        {f"{STEPS}.0.container": {"image": "alpine", "run": False}},
    ),
    "WORKER.name": ("workers.worker1.name", "The worker"),
    "WORKER.enabled": ("workers.worker1.enabled", False),
    "WORKER.exclusive": ("workers.worker1.exclusive", True),
    "ENVIRONMENT.name": ("environments.production.name", "Production!"),
    "ENVIRONMENT.guided_failure": ("environments.production.guided_failure", "on"),
    "TARGET.name": ("targets.web1.name", "The web"),
    "TARGET.roles": ("targets.web1.roles", ["db"]),
    "TARGET.environments": ("targets.web1.environments", ["test"]),
    "TARGET.tenants": ("targets.web1.tenants", ["fabrikam"]),
    "TARGET.tenant_tags": ("targets.web1.tenant_tags", ["region/east"]),
    "TARGET.enabled": ("targets.web1.enabled", False),
    "TARGET.kubernetes": ("targets.web1.kubernetes", {"context": "staging"}),
    "KUBERNETES.context": ("targets.web1.kubernetes.context", "production", CONTEXT),
    "KUBERNETES.namespace": ("targets.web1.kubernetes.namespace", "shop", CONTEXT),
    "KUBERNETES.pool": ("targets.web1.kubernetes.pool", "other", CONTEXT),
    "KUBERNETES.url": ("targets.web1.kubernetes.url", "https://other", URL),
    "KUBERNETES.account": ("targets.web1.kubernetes.account", "ben", URL),
    "KUBERNETES.insecure": ("targets.web1.kubernetes.insecure", True, URL),
    "TENANT.name": ("tenants.contoso.name", "Contoso!"),
    "TENANT.tags": (
        "tenants.contoso.tags",
        ["region/east"],
        {"tenants.fabrikam.tags": ["region/west"], f"{STEPS}.0.tenant_tags": ["region/west"]},
    ),
    "TEAM.members": ("teams.ops.members", ["eve"], {f"{STEPS}.6.manual.teams": ["ops"]}),
    "PHASE.name": ("lifecycles.standard.phases.0.name", "First", {"projects.shop.lifecycle": "standard"}),
    "PHASE.environments": (
        "lifecycles.standard.phases.0.environments",
        ["production"],
        {"projects.shop.lifecycle": "standard", "lifecycles.standard.phases.1.environments": ["test"]},
    ),
    "PHASE.optional": (
        "lifecycles.standard.phases.0.optional",
        True,
        {"projects.shop.lifecycle": "standard"},
    ),
    "LIFECYCLE.name": ("lifecycles.standard.name", "Slow", {"projects.shop.lifecycle": "standard"}),
    "LIFECYCLE.phases": (
        "lifecycles.standard.phases",
        [{"name": "Sell", "environments": ["production"]}],
        {"projects.shop.lifecycle": "standard"},
    ),
    "CHANNEL.name": ("projects.shop.channels.stable.name", "Stable!"),
    "CHANNEL.default": ("projects.shop.channels.hot.default", True, {"projects.shop.channels.stable": {}}),
    "CHANNEL.lifecycle": ("projects.shop.channels.stable.lifecycle", "standard"),
    "CHANNEL.versions": ("projects.shop.channels.stable.versions", {"tools": "[2.0,3.0)"}),
    "CHANNEL.tag": ("projects.shop.channels.stable.tag", "beta"),
    "PROJECT.lifecycle": ("projects.shop.lifecycle", "standard"),
    "PROJECT.variable_sets": ("projects.shop.variable_sets", ["mail"]),
    "PROJECT.variables": ("projects.shop.variables", {"Own": "mine"}),
    "PROJECT.channels": ("projects.shop.channels", {"hot": {}}),
    "SCHEDULE.name": ("schedules.nightly.name", "Every night"),
    "SCHEDULE.cron": ("schedules.nightly.cron", "0 4 * * *"),
    "SCHEDULE.timezone": ("schedules.nightly.timezone", "Europe/Berlin"),
    "SCHEDULE.runbook": ("schedules.nightly.runbook", "child"),
    "SCHEDULE.project": (
        "schedules.deploys",
        {"cron": "0 3 * * *", "project": "shop", "environment": "test"},
    ),
    "SCHEDULE.channel": (
        "schedules.deploys.channel",
        "hot",
        {"schedules.deploys": {"cron": "0 3 * * *", "project": "shop", "environment": "test"}},
    ),
    "SCHEDULE.environment": ("schedules.nightly.environment", "test"),
    "SCHEDULE.tenant": ("schedules.nightly.tenant", "fabrikam"),
    "SCHEDULE.variables": ("schedules.nightly.variables", {"Asked": "at night"}),
    "SCHEDULE.enabled": ("schedules.nightly.enabled", False),
    # of process_spec
    "PROCESS.name": ("runbooks.r.name", "The runbook"),
    "PROCESS.description": ("projects.shop.description", "What it is for"),
    "PROCESS.concurrency": ("runbooks.r.concurrency", "one"),
    "PROCESS.time_limit": ("runbooks.r.time_limit", "1s"),
    "PROCESS.guided_failure": ("runbooks.r.guided_failure", "on"),
    "PROCESS.priority": ("runbooks.r.priority", True),
    "PROCESS.unavailable_targets": ("runbooks.r.unavailable_targets", "skip"),
    "RUNBOOK.project": ("runbooks.r.project", "shop"),
    "SIMULATE.takes": (f"{STEPS}.0.simulate.takes", "9s"),
    "SIMULATE.result": (f"{STEPS}.0.simulate.result", "failure"),
    "SCRIPT.shell": (f"{STEPS}.1.script.shell", "python"),
    "SCRIPT.body": (f"{STEPS}.1.script.body", "echo another"),
    "SCRIPT.file": (f"{STEPS}.1.script", {"file": "work.sh"}),
    "SCRIPT.verbatim": (f"{STEPS}.1.script.verbatim", True),
    "MANUAL.instructions": (f"{STEPS}.6.manual.instructions", "Another?"),
    "MANUAL.teams": (f"{STEPS}.6.manual.teams", ["ops"]),
    "MANUAL.approvals": (f"{STEPS}.6.manual.approvals", 2),
    "MANUAL.not_requester": (f"{STEPS}.6.manual.not_requester", True),
    "MANUAL.expires": (f"{STEPS}.6.manual.expires", "1s"),
    "MANUAL.on_expiry": (f"{STEPS}.6.manual.on_expiry", "proceed", {f"{STEPS}.6.manual.expires": "1s"}),
    "MANUAL.fields": (f"{STEPS}.6.manual.fields", {"Why": {"required": False}}),
    "HEALTH_CHECK.script": (f"{STEPS}.3.health_check.script", "echo well"),
    "HEALTH_CHECK.unhealthy": (f"{STEPS}.3.health_check.unhealthy", "exclude"),
    "DEPLOYED.id": (f"{STEPS}.5.package.id", "image"),
    "DEPLOYED.install_to": (f"{STEPS}.5.package.install_to", "/srv/shop"),
    "CONTAINER.image": (
        f"{STEPS}.0.container.image",
        "debian",
        {f"{STEPS}.0.container": {"image": "alpine", "run": False}},
    ),
    # of variable_spec
    "VALUE.value": ("variables.Scoped.0.value", "three"),
    "VALUE.pool": ("variables.Which.pool", "setup", {f"{STEPS}.0.pool_variable": "Which"}),
    "VALUE.prompt": ("variables.Asked.prompt.required", True),
    "VALUE.step": ("variables.Scoped.1.step", "Before"),
    "VALUE.target": ("variables.Scoped.1.target", "web1"),
    "VALUE.role": ("variables.Scoped.1.role", "web"),
    "VALUE.tenant": ("variables.Scoped.1.tenant", "fabrikam"),
    "VALUE.tenant_tag": ("variables.Scoped.1.tenant_tag", "region/east"),
    "VALUE.environment": ("variables.Scoped.1.environment", "test"),
    "VALUE.channel": ("variables.Scoped.1.channel", "hot"),
    "VALUE.process": ("variables.Scoped.1.process", "child"),
    "PROMPT.default": ("variables.Asked.prompt.default", "said"),
    "PROMPT.required": ("variables.Asked.prompt.required", True),
    "PROMPT.kind": ("variables.Asked.prompt.kind", "checkbox", {"variables.Asked.prompt.required": True}),
}
"""By key: where it is set in the rich model, to what, and what has to be set beside it for that."""

READ = {
    "PROMPT.label": "octotui.engine.rules.start_prompts:RequiredPrompt.label",
    "PROMPT.help": "octotui.ui.dialogs.prompt_dialog:_lines",
    "PROMPT.options": "octotui.model.checks.prompts:answer_problem",
    "DEPLOYED.substitute": "octotui.runtime.jobs.package_deployment:files_to_fill",
    "CONTAINER.run": "octotui.model.toml.convert:_contain",
    "CONTAINER.dockerfile": "octotui.runtime.jobs.containers.image_acquisition:ImageAcquisition._pull",
    "DOCKERFILE.file": "octotui.model.toml.convert:_read_dockerfile",
    "CONTAINER.feed": "octotui.model.machines.containers:image_of",
    "CONTAINER.pull": "octotui.runtime.jobs.containers.image_acquisition:ImageAcquisition._pull",
    "CONTAINER.network": "octotui.runtime.jobs.containers.contained_script:_options",
    "CONTAINER.memory": "octotui.runtime.jobs.containers.contained_script:_options",
    "CONTAINER.cpus": "octotui.runtime.jobs.containers.contained_script:_options",
    "CONTAINER.mounts": "octotui.runtime.jobs.containers.contained_script:_options",
    "ENGINE.package_cache": "octotui.runtime.jobs.package_acquisition:RealAcquirer.acquire",
    "ENGINE.supervisor": "octotui.workers.local.agents.executor:AgentExecutor.start",
    "ENGINE.stderr": "octotui.workers.agent_client.start_frame:start_frame",
    "ENGINE.max_checks": "octotui.engine.decide.machines.health_checks:start_checks",
    "POOL.on_lost_worker": "octotui.engine.decide.machines.lost_machines:_pool_policy",
    "POOL.dynamic": "octotui.engine.rules.worker_selection:_pick",
    "IMAGE.name": "octotui.views.machines.leases:facts",
    "IMAGE.reference": "octotui.runtime.leases.lease_tasks:LeaseTasks._order",
    "IMAGE.deprecated": "octotui.model.checks.machines.dynamic_pools:deprecation",
    "DYNAMIC.provider": "octotui.runtime.leases.lease_tasks:LeaseTasks._provision",
    "DYNAMIC.image": "octotui.runtime.leases.lease_tasks:LeaseTasks._order",
    "DYNAMIC.idle": "octotui.engine.decide.machines.machine_leases:_due",
    "DYNAMIC.max_age": "octotui.engine.decide.machines.machine_leases:_oldest",
    "DYNAMIC.warm": "octotui.engine.decide.machines.machine_demand:_wanted",
    "DYNAMIC.max": "octotui.engine.decide.machines.machine_demand:_wanted",
    "DYNAMIC.provision": "octotui.runtime.leases.command_provider:CommandProvider.provision",
    "DYNAMIC.destroy": "octotui.runtime.leases.command_provider:CommandProvider.destroy",
    "DYNAMIC.timeout": "octotui.runtime.leases.command_provider:CommandProvider._run",
    "DYNAMIC.limit": "octotui.engine.decide.machines.machine_demand:await_machines",
    "DYNAMIC.cost": "octotui.views.machines.leases:lease_row",
    "DYNAMIC.account": "octotui.engine.state.machine_leases:_worker",
    "DYNAMIC.directory": "octotui.engine.state.machine_leases:_worker",
    "DYNAMIC.policy": "octotui.engine.state.machine_leases:_worker",
    "DYNAMIC.unreachable_limit": "octotui.engine.state.machine_leases:_worker",
    "WORKER.policy": "octotui.model.space:Model.policy_of",
    "WORKER.unreachable_limit": "octotui.engine.decide.machines.health_checks:_limit",
    "TARGET.policy": "octotui.model.space:Model.policy_of",
    "TARGET.unreachable_limit": "octotui.engine.decide.machines.health_checks:_limit",
    "MACHINE_POLICY.name": "octotui.views.machines.health:policy",
    "MACHINE_POLICY.check": "octotui.runtime.health.health_checker:_Check.run",
    "MACHINE_POLICY.script": "octotui.runtime.health.health_checker:_Check._judge",
    "MACHINE_POLICY.every": "octotui.engine.decide.machines.health_checks:_next",
    "MACHINE_POLICY.timeout": "octotui.runtime.health.health_checker:HealthChecker._made",
    "WORKER.directory": "octotui.workers.machine:Machines.of",
    "WORKER.endpoint": "octotui.model.space:Model.endpoint_of",
    "TARGET.directory": "octotui.workers.machine:Machines.of",
    "TARGET.endpoint": "octotui.model.space:Model.endpoint_of",
    "WORKER.account": "octotui.model.space:Model.endpoint_of",
    "TARGET.account": "octotui.model.space:Model.endpoint_of",
    "ACCOUNT.user": "octotui.workers.ssh.connector:SshConnector.connect",
    "ACCOUNT.key": "octotui.workers.ssh.login:credentials",
    "ACCOUNT.passphrase": "octotui.workers.ssh.login:credentials",
    "ACCOUNT.password": "octotui.workers.ssh.login:credentials",
    "ACCOUNT.token": "octotui.runtime.jobs.clusters.login:read_login",
    "ACCOUNT.certificate": "octotui.runtime.jobs.clusters.login:read_login",
    "KUBERNETES.ca": "octotui.runtime.jobs.clusters.login:read_login",
    "SSH.connecting": "octotui.workers.ssh.connector:SshConnector.connect",
    "SSH.timeout": "octotui.workers.ssh.connector:SshConnector._logged_in",
    "SSH.keep_alive": "octotui.workers.ssh.connector:SshConnector._logged_in",
    "TEAM.name": "octotui.model.space:Model",
    "KEEP.keep": "octotui.runtime.retention_cleaner:expired",
    "KEEP.age": "octotui.runtime.retention_cleaner:expired",
    "RETENTION.runs": "octotui.runtime.retention_cleaner:RetentionCleaner.clean",
    "RETENTION.logs": "octotui.engine.state.records",
    "RETENTION.artifacts": "octotui.engine.state.records",
    "RETENTION.workspaces": "octotui.runtime.jobs.script_jobs:ScriptJobs._leave",
    "ACCESS.group": "octotui.runtime.server.server:Server._listen",
    "ACCESS.read": "octotui.engine.rules.authorization:missing_right",
    "ACCESS.start": "octotui.engine.rules.authorization:missing_right",
    "ACCESS.answer": "octotui.engine.rules.authorization:missing_right",
    "FEED.directory": "octotui.store.packages.downloads:fetch",
    "FEED.url": "octotui.store.packages.feed_access:FeedAccess.__init__",
    "FEED.registry": "octotui.store.packages.feed_access:FeedAccess.__init__",
    "FEED.rate": "octotui.store.packages.downloads:_download",
    "FEED.timeout": "octotui.store.packages.http_client:HttpClient.__init__",
    "FEED.username": "octotui.store.packages.http_client:_authorization",
    "FEED.token_env": "octotui.store.packages.http_client:_authorization",
    "FEED.hosts": "octotui.store.packages.feed_access:FeedAccess.__init__",
    "NOTIFY.bell": "octotui.ui.app:OctotuiApp._ring",
    "NOTIFY.terminal": "octotui.ui.app:OctotuiApp._ring",
    "NOTIFY.template": "octotui.runtime.jobs.question_notifier:QuestionNotifier._tell",
    "NOTIFY.parameters": "octotui.runtime.jobs.template_parameters:given",
    "NOTIFY.shell": "octotui.runtime.jobs.question_notifier:notice",
    "SECRET.env": "octotui.runtime.jobs.secret_sources:read_secret",
    "SECRET.file": "octotui.runtime.jobs.secret_sources:read_secret",
    "SECRET.command": "octotui.runtime.jobs.secret_sources:read_secret",
    "SECRET.keyring": "octotui.runtime.jobs.secret_sources:read_secret",
    "VALUE.sensitive": "octotui.model.toml.convert:_value",
    "PARAMETER.label": "octotui.cli.verbs.template:_about",
    "PARAMETER.help": "octotui.cli.verbs.template:_lines",
    "PARAMETER.kind": "octotui.model.toml.templates:problem_with",
    "PARAMETER.default": "octotui.model.toml.template_steps:templated",
    "PARAMETER.required": "octotui.model.toml.template_steps:_check",
    "PARAMETER.options": "octotui.model.toml.templates:problem_with",
    "TEMPLATE.name": "octotui.cli.verbs.template:_lines",
    "TEMPLATE.description": "octotui.cli.verbs.template:_lines",
    "TEMPLATE.parameters": "octotui.model.toml.template_steps:templated",
    "TEMPLATE.needs": "octotui.model.toml.template_steps:templated",
    "TEMPLATE.outputs": "octotui.cli.verbs.template:_lines",
    "TEMPLATE.verbatim": "octotui.model.toml.template_steps:templated",
    "TEMPLATE.scripts": "octotui.model.toml.template_steps:templated",
    "CONFIG.trusted_owners": "octotui.store.user_config:file_trust",
    "CONFIG.timezone": "octotui.store.user_config:time_zone",
}
"""By key: where it is read, since it is about files, servers, screens or accounts; that is proved there."""


def tables() -> dict[str, TableSpec]:
    """Every table, once, but those of steps (`test_keys`) and the one that only holds the others."""
    found: dict[int, tuple[str, TableSpec]] = {}
    for module in (machine_spec, process_spec, space_spec, variable_spec, user_config):
        for name, value in vars(module).items():
            if isinstance(value, TableSpec) and name not in ("STEP", "CHILD", "MODEL"):
                found.setdefault(id(value), (name, value))
    return dict(found.values())


def test_r8_each_key_there_is_is_in_one_of_the_tables() -> None:
    of_process = set(process_spec.PROCESS.keys)
    keys = {
        f"{table}.{key}"
        for table, spec in tables().items()
        for key in spec.keys
        if table not in ("RUNBOOK", "PROJECT") or key not in of_process
    }
    assert keys - {"PROCESS.steps"} == {*SETTINGS, *READ}
    assert not SETTINGS.keys() & READ.keys()


def changed(base: Table, path: str, value: Any) -> Table:
    """The same tables with a value at a dotted path."""
    tables = deepcopy(base)
    node: Any = tables
    *way, last = path.split(".")
    for key in way:
        node = node[int(key)] if isinstance(node, list) else node.setdefault(key, {})
    node[last] = value
    return tables


@pytest.mark.parametrize("key", SETTINGS)
def test_r8_every_key_changes_what_is_seen(tmp_path: Path, key: str) -> None:
    path, value, *beside = SETTINGS[key]
    (tmp_path / "work.sh").write_text("echo from a file")
    base = RICH
    for also, said in (beside[0] if beside else {}).items():
        base = changed(base, also, said)
    told = read(tmp_path, changed(base, path, value))
    plain = read(tmp_path, base)
    assert told is not None
    assert plain is not None
    assert any(observed(told[0], each) != observed(plain[0], each) for each in ("r", "shop"))


@pytest.mark.parametrize("key", READ)
def test_r8_every_other_key_is_read_where_it_says(key: str) -> None:
    module, _, name = READ[key].partition(":")
    found: Any = importlib.import_module(module)
    for part in filter(None, name.split(".")):
        found = inspect.getattr_static(found, part)
    source = inspect.getsource(getattr(found, "fget", None) or found)
    field = key.partition(".")[2]
    nodes = ast.walk(
        ast.parse(inspect.cleandoc("\n" + source) if source[0] != " " else f"if True:\n{source}")
    )
    assert any(
        (isinstance(node, ast.Attribute) and node.attr == field)
        or (isinstance(node, ast.Constant) and node.value == field)
        for node in nodes
    )
