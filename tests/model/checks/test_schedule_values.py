"""V6: check warns of values of schedules that are nonsense."""

from pathlib import Path

import pytest

from octotui.model.checks.schedule_values import warn_of_schedule_values
from octotui.model.toml.read import load_with_warnings

HEAD = """
[space]
name = "S"
[variables]
Version = { prompt = { label = "V" } }
Size = [{ prompt = { kind = "select", options = ["a", "b"] } }, { value = "c", environment = "test" }]
Fixed = "1"
Password = { sensitive = { env = "DB" } }
[environments.test]
[runbooks.go]
[schedules.nightly]
cron = "0 3 * * *"
runbook = "go"
"""


def told(folder: Path, values: str) -> list[str]:
    (folder / "model.toml").write_text(f"{HEAD}variables = {{ {values} }}\n")
    _, warnings = load_with_warnings(folder / "model.toml", advice=[warn_of_schedule_values])
    return [str(each).replace(f"{folder}/", "") for each in warnings]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ('Verson = "1"', 'Verson: "go" has no variable "Verson"; did you mean "Version"?'),
        ('Size = "c"', 'Size: Its runs will not start: it must be one of "a", "b".'),
        ('Version = " "', "Version: Its runs will not start: it needs a value."),
        ('Password = "x"', "Password: Nobody may see it, and here all can read it; read it where"),
    ],
)
def test_v6_what_no_run_takes_is_warned_of(tmp_path: Path, values: str, said: str) -> None:
    (warning,) = told(tmp_path, values)
    assert warning.startswith("model.toml:14:")
    assert f"schedules.nightly.variables.{said}" in warning


def test_v6_v8_what_a_run_takes_is_not(tmp_path: Path) -> None:
    assert told(tmp_path, 'version = "1", SIZE = "b", Fixed = "2"') == []
