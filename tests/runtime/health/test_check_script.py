"""M5: what the script of a check is given, and how it judges its machine."""

from typing import Any

import pytest
from msgspec.structs import replace

from octotui.engine.state import Outcome
from octotui.model.process import Script
from octotui.model.space import Scope, Target, Value
from octotui.runtime.health.check_script import (
    LONG,
    CheckErrors,
    own_spec,
    policy_spec,
    values,
    verdict,
)
from octotui.store.logs.line_levels import LevelChange
from octotui.variables.budget import Budget
from tests.world import model, script

SMALL = model({"go": [script("A")]}, targets={"web1": Target(name="Web 1", roles=("web", "db"))})


@pytest.mark.parametrize(
    ("outcome", "error", "found"),
    [
        ({"state": "succeeded"}, "", ("healthy", "")),
        ({"state": "succeeded", "warnings": ("old", "older")}, "", ("has-warnings", "old")),
        ({"state": "succeeded-with-warnings", "warnings": ("old",)}, "", ("has-warnings", "old")),
        ({"state": "succeeded"}, "no docker", ("unhealthy", "no docker")),
        ({"state": "failed", "reason": "exit code 3"}, "", ("unhealthy", "exit code 3")),
        ({"state": "failed", "reason": "no disk"}, "no docker", ("unhealthy", "no docker")),
        (
            {"state": "lost", "reason": "it was killed"},
            "",
            ("unavailable", "its check is lost: it was killed"),
        ),
        ({"state": "failed", "reason": "x" * 5000}, "", ("unhealthy", "x" * LONG)),
    ],
)
def test_m5_a_script_judges_by_its_end_its_warnings_and_its_errors(
    outcome: dict[str, Any], error: str, found: tuple[str, str]
) -> None:
    judged = verdict(Outcome(**outcome), error)
    assert (judged.health, judged.reason) == found


def test_m5_only_what_was_said_as_an_error_is_kept_of_its_output() -> None:
    errors = CheckErrors()
    errors(b"fine\n")
    errors(b"well\nno ", (LevelChange(5, "error"),))
    errors(b"docker\nhere\nfine\n", (LevelChange(12, "default"),))
    errors(b"fine again\n")
    assert errors.first == "no docker"
    assert CheckErrors().first == ""
    errors = CheckErrors()
    errors(b"x" * 100_000, (LevelChange(0, "error"),))
    assert errors.first == "x" * LONG


def test_m5_it_has_the_variables_of_the_space_and_of_its_machine() -> None:
    declared = replace(
        SMALL,
        variables={
            "Plain": (Value(value="one"), Value(value="two", scope=Scope(environment=("test",)))),
            "Pool": (Value(value="setup", kind="pool"),),
        },
    )
    found = values(declared, "web1")
    assert found["Plain"] == "one"
    assert "Pool" not in found
    assert found["Octopus.Machine.Name"] == "Web 1"
    assert found["Octopus.Machine.Roles"] == "web,db"
    assert values(SMALL, "worker1")["Octopus.Machine.Id"] == "worker1"


def test_m5_its_script_is_filled_in_and_runs_as_a_step_would() -> None:
    said = Script(body="echo #{Octopus.Machine.Name}", shell="python")
    spec = policy_spec(SMALL, "web1", "/work", said, 7.0, Budget())
    assert (spec.script, spec.shell, spec.directory) == ("echo Web 1", "python", "/work")
    assert spec.values["Octopus.Machine.Name"] == "Web 1"
    own = own_spec(SMALL, "web1", "/work", "sh", "echo #{Plain}")
    assert (own.script, own.values) == ("echo #{Plain}", {})
