"""R8: what every key of a model says takes effect, or is refused or warned of; none is read and ignored."""

from pathlib import Path
from typing import Any

import pytest
import tomli_w

from octotui.model.checks.ineffective_keys import warn_of_ineffective_keys
from octotui.model.complaints import ModelError
from octotui.model.space import Model
from octotui.model.toml.read import load_with_warnings
from octotui.model.toml.specs.process_spec import CHILD, STEP
from tests.observed import observed

Table = dict[str, Any]

BASE: Table = {
    "space": {"name": "Keys"},
    "pools": {"setup": {"workers": ["worker1"], "default": True}, "other": {"workers": ["worker2"]}},
    "environments": {"test": {}, "production": {}},
    "tenants": {"contoso": {"tags": ["region/west"]}, "fabrikam": {"tags": ["region/east"]}},
    "targets": {
        "web1": {"roles": ["web"]},
        "web2": {"roles": ["web"]},
        "db1": {"roles": ["db"]},
    },
    "variables": {
        "Which": {"pool": "other"},
        "Size": [{"value": "small"}, {"value": "tiny", "environment": "test"}],
    },
    "variable_sets": {"mail": {"Size": "9"}},
    "feeds": {"local": {"directory": "."}, "images": {"registry": "https://images.example"}},
    "runbooks": {
        "child": {"steps": [{"name": "Work", "script": "echo #{Size}"}]},
        "pack": {
            "steps": [
                {"name": "Pack", "script": "echo pack", "packages": ["tools"]},
                {"name": "Pack there", "script": "echo pack", "roles": ["web"], "start": "with-previous"},
            ]
        },
    },
}
TEMPLATE = """
[parameters.Who]
default = "world"
[scripts]
bash = "echo #{Who}"
python = "print('#{Who}')"
"""

KINDS: dict[str, Table] = {
    "script": {"script": "echo #{Size}"},
    "script on targets": {"script": "echo #{Size}", "roles": ["web"]},
    "script for each target": {"script": "echo #{Size}", "roles": ["web"], "on": "worker-for-each-target"},
    "script once for roles": {"script": "echo #{Size}", "roles": ["web"], "on": "worker"},
    "template": {"template": "hello"},
    "package": {"package": "tools"},
    "health check": {"health_check": {"script": "echo #{Size}"}, "roles": ["web"]},
    "runbook": {"runbook": "child"},
    "runbook that is not waited for": {"runbook": "child", "wait": False},
    "manual": {"manual": {"instructions": "?"}},
    "rolling": {"roles": ["web"], "steps": [{"name": "Child", "script": "echo #{Size}"}]},
}
VALUES: Table = {
    "name": "Renamed",
    "verbatim": True,
    "parameters": {"Who": "you"},
    "shell": "python",
    "environment": "test",
    "tenant": "fabrikam",
    "wait": False,
    "variables": {"Size": "given"},
    "at": "23:00",
    "guided_failure": "on",
    "block_concurrent": True,
    "pool": "other",
    "pool_variable": "Which",
    "packages": ["image@1.0.0"],
    "container": {"image": "alpine", "run": False},
    "roles": ["db"],
    "on": "worker-for-each-target",
    "window": 1,
    "shared": True,
    "start": "with-previous",
    "condition": "failure",
    "enabled": False,
    "environments": ["test"],
    "tenant_tags": ["region/west"],
    "channels": ["default"],
    "required": True,
    "publish": {"Size": "mail", "Run[Work].Size": "mail"},
    "retries": 1,
    "backoff": "40s",
    "time_limit": "1s",
    "wait_limit": "500ms",
    "grace": "1s",
    "simulate": {"takes": "7s"},
    "needs": ["kubectl>=1.28"],
}
OTHERWISE: Table = {"on": "target", "wait": True, "roles": ["web"]}
"""Values for those that have the others already."""

BESIDE: Table = {"backoff": {"retries": 1}}
"""Keys without which one would be warned of."""


def process(step: Table) -> Table:
    """A process whose middle step is this one."""
    before, after = {"name": "Before", "script": "echo"}, {"name": "After", "script": "echo"}
    return {"steps": [before, step, {**after, "condition": "always"}]}


def read(folder: Path, changes: Table) -> tuple[Model, set[str]] | None:
    """A model with these tables beside the base, and the keys it is warned of; None where it is refused."""
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "hello.toml").write_text(TEMPLATE)
    runbooks = BASE["runbooks"] | changes.get("runbooks", {})
    text = tomli_w.dumps({**BASE, **changes, "runbooks": runbooks})
    for package in ("tools.1.0.0.zip", "image.1.0.0.zip"):
        (folder / package).write_bytes(b"")
    (folder / "model.toml").write_text(text)
    try:
        model, warnings = load_with_warnings(folder / "model.toml", advice=[warn_of_ineffective_keys])
    except ModelError:
        return None
    return model, {each.key.rpartition(".")[2] for each in warnings}


def has_effect(folder: Path, without: Table, changed: Table, key: str) -> bool:
    """Whether a key changes anything that is seen, or is refused or warned of."""
    told = read(folder, changed)
    if told is None or key in told[1]:
        return True
    before = read(folder, without)
    assert before is not None, f"the step without {key} is refused itself"
    return observed(before[0]) != observed(told[0])


@pytest.mark.parametrize("kind", KINDS)
def test_r8_every_key_of_every_kind_of_step_takes_effect_or_is_told_of(tmp_path: Path, kind: str) -> None:
    keys = [key for key in STEP.keys if key not in STEP.one_of]
    assert sorted(keys) == sorted(VALUES)
    ignored = []
    for key in keys:
        plain = {"name": "It", **KINDS[kind], **BESIDE.get(key, {})}
        value = VALUES[key] if plain.get(key) != VALUES[key] else OTHERWISE[key]
        step = {**plain, key: value}
        tables = [{"runbooks": {"r": process(each)}} for each in (plain, step)]
        if not has_effect(tmp_path, *tables, key):
            ignored.append(key)
    assert ignored == []


def test_r8_every_key_of_a_child_step_takes_effect_or_is_told_of(tmp_path: Path) -> None:
    ignored = []
    for key in (key for key in CHILD.keys if key not in CHILD.one_of):
        child = {"name": "Child", "script": "echo #{Size}", **BESIDE.get(key, {})}
        steps = [
            {"name": "It", "roles": ["web"], "steps": [each]} for each in (child, {**child, key: VALUES[key]})
        ]
        if not has_effect(tmp_path, *({"runbooks": {"r": process(each)}} for each in steps), key):
            ignored.append(key)
    assert ignored == []


def test_what_is_seen_of_the_same_model_is_the_same(tmp_path: Path) -> None:
    """Else any key would have an effect; nor has one that says what is so anyway."""
    plain = {"runbooks": {"r": process({"name": "It", "script": "echo"})}}
    same = {
        "runbooks": {"r": process({"name": "It", "script": "echo", "retries": 0, "condition": "success"})}
    }
    assert not has_effect(tmp_path, plain, same, "retries")
