"""An example of each key of a model: as a file in `configs/` has it, or as its kind of value is written."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import tomli_w

from octotui.model.toml.specs.process_spec import TEMPLATE
from octotui.model.toml.specs.space_spec import MODEL
from octotui.model.toml.specs.spec import AlternativeSpec, KeyedSpec, ListSpec, ScalarSpec, Spec, TableSpec

CONFIGS = Path(__file__).parents[2] / "configs"
LONGEST = 90
NAMED = {
    "bash": "'echo hello'",
    "certificate": '"~/.kube/deployer.crt"',
    "channel": '"hotfix"',
    "command": '["pass", "show", "shop/db"]',
    "default": '"small"',
    "description": '"What it is for."',
    "directory": '"/srv/octotui/worker1"',
    "dockerfile": "'FROM docker.io/library/alpine:3.20'",
    "endpoint": '"local"',
    "file": '"images/tools.dockerfile"',
    "group": '"ops"',
    "help": '"As in the feed, such as 1.2.0."',
    "install_to": '"/srv/shop"',
    "label": '"Which version?"',
    "name": '"Setup"',
    "options": '["small", "large"]',
    "parameters": '{ Url = "#{Slack.Webhook}", Text = "done" }',
    "pull": '"always"',
    "process": '["back-up", "restore"]',
    "project": '"shop"',
    "prompt": '{ label = "Which version?", default = "1.2.0" }',
    "pwsh": "'Write-Host hello'",
    "python": "'print(1)'",
    "role": '"web"',
    "script": "'docker info || fail_healthcheck broken'",
    "step": '"Deploy"',
    "tag": '"beta*"',
    "target": '"web1"',
    "template": '"slack-message"',
    "tenant": '"contoso"',
    "tenants": '["contoso"]',
    "token_env": '"FEED_TOKEN"',
    "variables": '{ Colour = "blue" }',
    "timezone": '"Europe/Berlin"',
    "trusted_owners": '["deploy"]',
    "username": '"reader"',
}
"""Values for keys that no file in `configs/` has in one line, by the key's name."""


class KeyExample(NamedTuple):
    """A key and its value as TOML, and the file of `configs/` it is from, if any."""

    toml: str
    file: str = ""


def example(shape: TableSpec, name: str) -> KeyExample:
    """Return the best example of a key: one of a file that is not the default, then the shortest.

    It is empty where the value is a table with a section of its own, and examples there.
    Raises LookupError where there is none: use the key in a file of `configs/`, or add it to `NAMED`.
    """
    usual = written(name, shape.default(name))
    here = _in_configs().get((id(shape), name)) or _in_configs().get((id(shape.keys[name]), name), [])
    found = [each for each in here if each.toml != usual]
    if found:
        return min(found, key=lambda each: len(each.toml))
    text = _of_kind(name, shape) or NAMED.get(name)
    if text is None and _is_section(shape.keys[name].shape):
        return KeyExample("")
    if text is None:
        raise LookupError(f"no file in configs has an example of {name}, and NAMED has none")
    return KeyExample(f"{name} = {text}")


@cache
def _in_configs() -> dict[tuple[int, str], list[KeyExample]]:
    """Return what the files have for each key, by the identity of its table, or of the key, and its name."""
    found: dict[tuple[int, str], list[KeyExample]] = {}
    for file in sorted(CONFIGS.rglob("*.toml")):
        top = TEMPLATE if file.parent.name == "templates" else MODEL
        for table, name, raw in _values(top, tomllib.loads(file.read_text("utf-8"))):
            if text := written(name, raw):
                shown = KeyExample(text, file.relative_to(CONFIGS).as_posix())
                for place in (id(table), id(table.keys[name])):
                    found.setdefault((place, name), []).append(shown)
    return found


def written(name: str, raw: Any) -> str:
    """Return a key and its value as one line of TOML; nothing where that would be long."""
    if raw is None:
        return ""
    if isinstance(raw, dict):
        parts = [written(key, value) for key, value in raw.items()]
        text = f"{_key(name)} = {{ {', '.join(parts)} }}" if all(parts) else ""
    elif isinstance(raw, list) and any(isinstance(each, dict) for each in raw):
        text = ""
    else:
        text = " ".join(tomli_w.dumps({name: raw}).split()).replace(", ]", " ]")
        text = text.replace("[ ", "[").replace(" ]", "]").replace(",]", "]")
    return text if len(text) <= LONGEST and "\\n" not in text else ""


def _of_kind(name: str, shape: TableSpec) -> str | None:
    """Return a value that follows from what it must be: `such as "90s"`, another choice than the default."""
    value, usual = shape.keys[name].shape, shape.default(name)
    of = value.of if isinstance(value, ListSpec) else value
    if not isinstance(of, ScalarSpec):
        return None
    quoted = re.search(r'such as ("[^"]+")', of.what)
    plain = {"boolean": "false" if usual is True else "true", "integer": str(of.schema.get("minimum", 0) + 1)}
    other = [f'"{each}"' for each in of.known if each != usual]
    text = other[0] if other else quoted[1] if quoted else plain.get(str(of.schema.get("type")))
    return f"[{text}]" if text and isinstance(value, ListSpec) else text


def _is_section(shape: Spec) -> bool:
    return isinstance(shape.of if isinstance(shape, ListSpec | KeyedSpec) else shape, TableSpec)


def _key(name: str) -> str:
    return tomli_w.dumps({name: 1}).partition(" =")[0]


def _values(shape: Spec, raw: Any) -> Iterator[tuple[TableSpec, str, Any]]:
    """Yield each key of each table with its raw value, in the order of the file."""
    if isinstance(shape, AlternativeSpec):
        shape = shape.record
    match shape:
        case TableSpec() if isinstance(raw, dict):
            for name, value in raw.items():
                yield shape, name, value
                yield from _values(shape.keys[name].shape, value)
        case KeyedSpec() if isinstance(raw, dict):
            for value in raw.values():
                yield from _values(shape.of, value)
        case ListSpec():
            for each in raw if isinstance(raw, list) else [raw]:
                yield from _values(shape.of, each)
