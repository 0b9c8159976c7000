"""R8, M5: machine policies that contradict themselves."""

from pathlib import Path

import pytest

from octotui.model.toml.read import load
from octotui.model.toml.write import dump
from tests.model.texts import model_of, only_complaint

GROUND = '[pools.p]\nworkers = ["worker1"]\n'
USED = GROUND + '[workers.worker1]\npolicy = "linux"\n[machine_policies.linux]\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (GROUND + '[workers.worker1]\npolicy = "linux"\n', 'There is no machine policy "linux"'),
        (
            GROUND + '[targets.web1]\nroles = ["web"]\npolicy = "linux"\n',
            'There is no machine policy "linux"',
        ),
        (GROUND + "[machine_policies.linux]\n", 'No machine has it; name it by policy = "linux"'),
        (USED + 'check = "script"', "There is no script; write one"),
        (USED + 'script = "true"', 'No check runs it; add check = "script"'),
        (USED + 'every = "1s"', 'Say "5s" or longer, or "never".'),
        (USED + 'timeout = "0s"', "A check takes some time"),
        (USED + 'every = "often"', 'Expected a duration such as "1h", or "never"'),
        (USED + 'check = "ping"', '"ping" is not known; known: "connection", "script".'),
    ],
)
def test_m5_what_does_not_go_together(tmp_path: Path, text: str, complaint: str) -> None:
    assert complaint in only_complaint(tmp_path, text)


@pytest.mark.parametrize("never", ["never", "0s"])
def test_m5_a_policy_is_read_and_written(tmp_path: Path, never: str) -> None:
    script = 'check = "script"\nscript = { shell = "sh", body = "true" }\n'
    model = model_of(tmp_path, f'{USED}{script}every = "{never}"')
    policy = model.machine_policies["linux"]
    assert policy.every is None
    assert policy.script is not None
    assert policy.script.shell == "sh"
    (tmp_path / "again.toml").write_text(dump(model))
    assert load(tmp_path / "again.toml") == model


def test_m5_the_default_policy_needs_nobody_who_names_it(tmp_path: Path) -> None:
    model = model_of(tmp_path, f'{GROUND}[machine_policies.default]\nevery = "15m"\n')
    assert model.policy_of(model.workers["worker1"]).every == 900.0
