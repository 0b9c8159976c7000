"""Writing a model as TOML: only values that differ from defaults; reading it gives the same model."""

from typing import Any, assert_never

import msgspec
import tomli_w
from msgspec.structs import FieldInfo, fields

from octotui.model.machines.health_policy import MachinePolicy
from octotui.model.process import (
    HealthCheck,
    Manual,
    Package,
    Rolling,
    Runbook,
    Script,
    StartRunbook,
    Step,
    TemplateCall,
)
from octotui.model.space import Model, Project, Value, Variables
from octotui.model.toml.specs.machine_spec import MACHINE_POLICY
from octotui.model.toml.specs.process_spec import CONTAINER, DEPLOYED, MANUAL, RUNBOOK, SCRIPT, STEP
from octotui.model.toml.specs.space_spec import MODEL, NOTIFY, PROJECT
from octotui.model.toml.specs.spec import AlternativeSpec, KeyedSpec, ListSpec, ScalarSpec, Spec, TableSpec
from octotui.model.toml.specs.variable_spec import PROMPT, SECRET, VALUE


def dump(model: Model) -> str:
    """Return the TOML text of a model; scripts and dockerfiles from files stay references to them."""
    tables: dict[str, Any] = {"space": {"name": model.space.name}}
    for table in (
        "engine",
        "retention",
        "pools",
        "images",
        "workers",
        "targets",
        "accounts",
        "ssh",
        "environments",
        "tenants",
        "teams",
        "access",
        "feeds",
        "lifecycles",
        "schedules",
    ):
        tables[table] = _plain(MODEL.keys[table].shape, getattr(model, table))
    tables["machine_policies"] = {slug: _policy(slug, each) for slug, each in model.machine_policies.items()}
    listed = {worker for pool in model.pools.values() for worker in pool.workers}
    tables["workers"] = {slug: more for slug, more in tables["workers"].items() if more or slug not in listed}
    tables["notify"] = _plain(NOTIFY, model.notify) | _template_call(model.notify.action)
    tables["variables"] = _variables(model.variables)
    tables["variable_sets"] = {slug: _variables(each) for slug, each in model.variable_sets.items()}
    tables["projects"] = {slug: _project(slug, each) for slug, each in model.projects.items()}
    tables["runbooks"] = {slug: _runbook(slug, each) for slug, each in model.runbooks.items()}
    text = {name: table for name, table in tables.items() if table}
    return toml(text)


def toml(tables: dict[str, Any]) -> str:
    """Serialize tables as TOML; multi-line strings are used unless that would lose a carriage return."""
    plain = tomli_w.dumps(tables)
    return plain if r"\r" in plain else tomli_w.dumps(tables, multiline_strings=True)


def _plain(shape: Spec, value: Any) -> Any:
    """Convert a value to TOML by its specification."""
    match shape:
        case ScalarSpec():
            return shape.show(value)
        case AlternativeSpec():
            return _plain(shape.leaf if isinstance(value, str) else shape.record, value)
        case ListSpec():
            return [_plain(shape.of, each) for each in value]
        case KeyedSpec(of=ScalarSpec() as leaf):
            return {key: leaf.show(each) for key, each in value.items()}
        case KeyedSpec():
            return {slug: _named(slug, _plain(shape.of, each)) for slug, each in value.items()}
        case TableSpec():
            return {
                field.name: _plain(shape.keys[field.name].shape, getattr(value, field.name))
                for field in fields(value)
                if field.name in shape.keys and _differs(field, getattr(value, field.name))
            }
    raise TypeError(shape)


def _differs(field: FieldInfo, value: Any) -> bool:
    default = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
    return bool(value != default)


def _named(slug: str, table: dict[str, Any]) -> dict[str, Any]:
    """Return a table without a name that equals its slug."""
    return {key: value for key, value in table.items() if (key, value) != ("name", slug)}


def _runbook(slug: str, runbook: Runbook) -> dict[str, Any]:
    rest = msgspec.structs.replace(runbook, steps=())
    steps = {"steps": [_step(each) for each in runbook.steps]} if runbook.steps else {}
    return _named(slug, _plain(RUNBOOK, rest)) | steps


def _project(slug: str, project: Project) -> dict[str, Any]:
    rest = msgspec.structs.replace(project, variables={})
    variables = {"variables": _variables(project.variables)} if project.variables else {}
    table: dict[str, Any] = _plain(PROJECT, rest)
    return _runbook(slug, project.deployment) | table | variables


def _step(step: Step) -> dict[str, Any]:
    plain = msgspec.structs.replace(step, packages=(), container=None)
    table: dict[str, Any] = _plain(STEP, plain) | _packages(step) | _container(step)
    match step.action:
        case TemplateCall() as template:
            table |= _template_call(template)
        case Package() as package:
            table["package"] = {"id": step.packages[0].text} | _plain(DEPLOYED, package)
        case Script() as script:
            table["script"] = _script(script)
        case StartRunbook() as start:
            table |= _plain(STEP, start)
        case Manual() as manual:
            table["manual"] = _plain(MANUAL, manual)
        case HealthCheck(script=script) as check:
            script_entry = {} if script == HealthCheck().script else {"script": _script(script)}
            table["health_check"] = {"unhealthy": check.unhealthy, **script_entry}
        case Rolling(steps=children):
            table["steps"] = [_step(each) for each in children]
        case _:
            assert_never(step.action)
    return table


def _policy(slug: str, policy: MachinePolicy) -> dict[str, Any]:
    table = _plain(MACHINE_POLICY, msgspec.structs.replace(policy, script=None))
    return _named(slug, table) | ({} if policy.script is None else {"script": _script(policy.script)})


def _template_call(template: TemplateCall | None) -> dict[str, Any]:
    """Return the keys of a step or notification that uses a template."""
    if template is None:
        return {}
    parameters = {"parameters": template.parameters} if template.parameters else {}
    return {"template": template.template, "shell": template.shell, **parameters}


def _packages(step: Step) -> dict[str, Any]:
    """Return the packages of a step without the one it deploys."""
    beside = step.packages[1:] if isinstance(step.action, Package) else step.packages
    return {"packages": [each.text for each in beside]} if beside else {}


def _container(step: Step) -> dict[str, Any]:
    """Return the container of a step: an image alone, or a table."""
    if step.container is None:
        return {}
    table = _plain(CONTAINER, step.contained)
    if step.contained.dockerfile_path is not None:
        table["dockerfile"] = {"file": step.contained.dockerfile_path}
    if "dockerfile" not in table:
        table.setdefault("image", step.container)
    if not step.is_contained:
        table["run"] = False
    return {"container": table["image"] if table.keys() == {"image"} else table}


def _script(script: Script) -> str | dict[str, Any]:
    table: dict[str, Any] = _plain(SCRIPT, script)
    if script.file is not None:
        del table["body"]
    return script.body if table.keys() == {"body"} else table


def _variables(variables: Variables) -> dict[str, Any]:
    return {name: [_value(each) for each in values] for name, values in variables.items()}


def _value(value: Value) -> str | dict[str, Any]:
    scope = _plain(VALUE, value.scope)
    if value.kind == "pool":
        return {"pool": value.value, **scope}
    if value.secret is not None:
        return {"sensitive": _plain(SECRET, value.secret), **scope}
    if value.prompt is not None:
        return {"prompt": _plain(PROMPT, value.prompt), **scope}
    return {"value": value.value, **scope} if scope else value.value
