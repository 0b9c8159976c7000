"""Conversion of clean tables to a Model: names default to slugs, bare workers get entries, steps actions."""

from collections.abc import Iterable
from typing import Any

import msgspec

from octotui.model.complaints import Keys, Report
from octotui.model.file_trust import Distrusted, FileTrust
from octotui.model.machines.containers import image_of
from octotui.model.process import Runbook, StartRunbook
from octotui.model.space import Model, Scope, space_slug
from octotui.model.text_files import decoded, plain_lines
from octotui.model.toml.sources import LARGEST
from octotui.model.toml.template_steps import templated
from octotui.model.toml.templates import Library

_NAMED = (
    "pools",
    "images",
    "workers",
    "environments",
    "tenants",
    "teams",
    "runbooks",
    "projects",
    "lifecycles",
    "targets",
    "schedules",
    "machine_policies",
)
_OF_PROJECT = ("lifecycle", "variable_sets")


def convert(tables: dict[str, Any], report: Report, library: Library) -> Model:
    """Convert clean tables to a Model, with the templates of `library`.

    A value that was reported already is replaced by a harmless placeholder.
    """
    converted = dict(tables)
    for table in _NAMED:
        converted[table] = {slug: {"name": slug, **each} for slug, each in tables.get(table, {}).items()}
    for pool in converted["pools"].values():
        if "dynamic" in pool:
            pool["dynamic"] = {"provider": "container", "image": "?", **pool["dynamic"]}
    named = [slug for pool in converted["pools"].values() for slug in pool.get("workers", ())]
    converted["workers"] = {slug: {"name": slug} for slug in named} | converted["workers"]
    for table in ("runbooks", "projects"):
        for slug, process in converted[table].items():
            process["steps"] = _steps(process, (table, slug, "steps"), report, library)
            _contain(process["steps"], tables.get("feeds", {}))
    converted["projects"] = {slug: _project(each) for slug, each in converted["projects"].items()}
    converted["lifecycles"] = {slug: _lifecycle(each) for slug, each in converted["lifecycles"].items()}
    for slug, policy in converted["machine_policies"].items():
        if "script" in policy:
            policy["script"] = _script(policy, ("machine_policies", slug), report, library.trust)
    name = tables.get("space", {}).get("name", "?")
    converted["space"] = {"name": name, "slug": space_slug(name)}
    converted["variables"] = _variables(tables.get("variables", {}))
    sets = tables.get("variable_sets", {})
    converted["variable_sets"] = {slug: _variables(each) for slug, each in sets.items()}
    converted["notify"] = _notify(tables.get("notify", {}), report, library)
    return msgspec.convert(converted, Model)


def _notify(table: dict[str, Any], report: Report, library: Library) -> dict[str, Any]:
    """Convert notifications; the template becomes the action of a step."""
    sent = {"action": templated(table, ("notify",), report, library)} if "template" in table else {}
    return {**{key: table[key] for key in ("bell", "terminal") if key in table}, **sent}


def _project(table: dict[str, Any]) -> dict[str, Any]:
    """Convert a project; the keys that it shares with runbooks declare its deployment."""
    channels = table.get("channels", {})
    return {
        **{key: table[key] for key in _OF_PROJECT if key in table},
        "deployment": {key: each for key, each in table.items() if key in Runbook.__struct_fields__},
        "variables": _variables(table.get("variables", {})),
        "channels": {slug: {"name": slug, **each} for slug, each in channels.items()},
    }


def _lifecycle(table: dict[str, Any]) -> dict[str, Any]:
    return {**table, "phases": [{"name": "", **phase} for phase in table.get("phases", ())]}


def _steps(process: dict[str, Any], at: Keys, report: Report, library: Library) -> list[dict[str, Any]]:
    steps = enumerate(process.get("steps", ()))
    return [_step(step, (*at, index), report, library) for index, step in steps]


def _step(step: dict[str, Any], at: Keys, report: Report, library: Library) -> dict[str, Any]:
    deployed = step.get("package", [])
    first = [deployed.get("id", "?")] if isinstance(deployed, dict) else [deployed] if deployed else []
    packages = [each.split("@") for each in (*first, *step.get("packages", ()))]
    on = {"on": "target"} if "roles" in step else {}
    _read_dockerfile(step.get("container"), at, report, library.trust)
    return {
        "name": "",
        **on,
        **step,
        "action": _action(step, at, report, library),
        "packages": [dict(zip(("id", "version"), each, strict=False)) for each in packages],
    }


def _read_dockerfile(table: object, at: Keys, report: Report, trust: FileTrust) -> None:
    """Read the dockerfile of a container where it stands in a file of its own."""
    if isinstance(table, dict) and isinstance(table.get("dockerfile"), dict):
        path, key = table["dockerfile"].get("file", "?"), (*at, "container", "dockerfile", "file")
        text = _read(path, key, report, trust)
        if text is not None and not text.strip():
            report(key, f'"{path}" is empty; a dockerfile begins with FROM.')
        table.update(dockerfile=text or "?", dockerfile_path=path)


def _contain(steps: Iterable[dict[str, Any]], feeds: dict[str, Any]) -> None:
    """Convert the images of steps, with the hosts of their feeds, and `run`, which is true by default."""
    for step in steps:
        _contain(step["action"].get("steps", ()), feeds)
        declared = step.get("container")
        if declared is not None:
            table = {"image": declared} if isinstance(declared, str) else declared
            kept = {key: table[key] for key in table if key != "run" and (key != "image" or "feed" in table)}
            step.update(
                container=image_of(table, feeds), runs_contained=table.get("run", True), contained=kept
            )


def _action(step: dict[str, Any], at: Keys, report: Report, library: Library) -> dict[str, Any]:
    if "runbook" in step:
        kept = StartRunbook.__struct_fields__
        return {"kind": "runbook", **{key: step[key] for key in kept if key in step}}
    if "template" in step:
        return templated(step, at, report, library)
    if "package" in step:
        return {"kind": "package", **(step["package"] if isinstance(step["package"], dict) else {})}
    if "manual" in step:
        return {"kind": "manual", "instructions": "", **step["manual"]}
    if "steps" in step:
        children = [{"on": "target", **each} for each in step["steps"]]
        return {"kind": "rolling", "steps": _steps({"steps": children}, (*at, "steps"), report, library)}
    if "health_check" in step:
        check = step["health_check"]
        script = _script(check, (*at, "health_check"), report, library.trust)
        return {"kind": "health_check", **check, "script": script}
    return _script(step, at, report, library.trust)


def _script(table: dict[str, Any], at: Keys, report: Report, trust: FileTrust) -> dict[str, Any]:
    """Convert the script of a table, inline or from a file."""
    script = table.get("script", "")
    beside = {"verbatim": True} if table.get("verbatim") else {}
    if isinstance(script, str):
        return {"kind": "script", **beside, "body": plain_lines(script)}
    body = script.get("body", "")
    if "file" in script:
        body = _read(script["file"], (*at, "script", "file"), report, trust) or ""
    return {"kind": "script", **beside, **script, "body": plain_lines(body)}


def _read(file: str, key: Keys, report: Report, trust: FileTrust) -> str | None:
    """Read a script or dockerfile; report its problem at the key that names it, and return None."""
    try:
        return decoded(trust.read(file, LARGEST))
    except Distrusted as untrusted:
        problem = f"It is not run: {untrusted}."
    except OSError as error:
        problem = f'Cannot read "{file}": {error.strerror}.'
    except UnicodeDecodeError:
        problem = f'"{file}" is not a text in UTF-8; save it as one.'
    report(key, problem)
    return None


def _variables(variables: dict[str, Any]) -> dict[str, Any]:
    return {name: list(map(_value, values)) for name, values in variables.items()}


def _value(value: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(value, str):
        return {"value": value}
    scope = {each: value[each] for each in Scope.__struct_fields__ if each in value}
    if "sensitive" in value:
        return {"kind": "sensitive", "secret": value["sensitive"], "scope": scope}
    if "prompt" in value:
        return {"kind": "prompt", "prompt": value["prompt"], "scope": scope}
    kind = "pool" if "pool" in value else "text"
    return {"value": value.get("pool", value.get("value", "")), "kind": kind, "scope": scope}
