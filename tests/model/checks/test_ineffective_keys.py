"""R8: what a key says takes effect, or is refused; where it harms nobody that it does not, check warns."""

from pathlib import Path

import pytest

from octotui.model.checks.ineffective_keys import warn_of_ineffective_keys
from octotui.model.process import Step
from octotui.model.toml.read import load_with_warnings
from octotui.model.toml.write import dump
from tests.model.texts import SPACE, model_of, only_complaint

GROUND = '[targets.web1]\nroles = ["web"]\n[variable_sets.mail]\n[runbooks.other]\n'
STEP = f'{GROUND}[[runbooks.r.steps]]\nname = "One"\n'
SCRIPT = f'{STEP}script = ""\n'
TARGETS = f'{SCRIPT}roles = ["web"]\n'
STARTS = f'{STEP}runbook = "other"\n'
TWO = '[[runbooks.r.steps]]\nname = "Two"\nstart = "with-previous"\n'
ASKS = f'{STEP}manual = {{ instructions = "?" }}\n'
ROLLS = f'{STEP}roles = ["web"]\n{{}}\n[[runbooks.r.steps.steps]]\nname = "Child"\nscript = ""\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'{TARGETS}container = "alpine"', "container: It runs on its targets; say on = "),
        (
            f'[feeds.f]\nurl = "https://tools.example"\n{STEP}package = "tools"\ncontainer = "alpine"',
            "container: A package is deployed by its machine",
        ),
        (f'{SCRIPT}container = "-v /:/host"', 'container: "-v /:/host" is no image; name one such as'),
        (f'{SCRIPT}container = "#{{Image}}@3.x"', "container: An image that is filled in takes a tag"),
        (
            f'{SCRIPT}container = {{ image = "a", network = "none", run = false }}',
            "container.network: Its script does not run in it; remove this, or run = false.",
        ),
        (
            f'{SCRIPT}container = {{ image = "a", feed = "images" }}',
            'There is no feed with a registry "images"',
        ),
        (f'{SCRIPT}container = {{ image = "a", cpus = 0 }}', "Expected a positive number such as 1.5"),
        (f'{SCRIPT}container = {{ image = "a", mounts = ["data"] }}', "Expected a mount such as"),
        (f"{SCRIPT}container = {{ run = false }}", 'One of "image", "dockerfile" is missing.'),
        (f'{STARTS}container = {{ image = "a", run = false }}', '"container" does not go with "runbook"'),
        (f'{TARGETS}on = "worker-for-each-target"\nshared = true', "shared: It is for the lock of a target"),
        (f'{TARGETS}on = "worker"\nwindow = 2', "window: It runs once on a worker"),
        (f'{STARTS}wait = false\ntime_limit = "1m"', "time_limit: It does not wait for the run it starts"),
        (f'{STARTS}wait = false\npublish = {{ "Run[A].X" = "mail" }}', "publish: It does not wait"),
        *(
            (f"{ground}{key}", f'"{key.split()[0]}" does not go with "{kind}"; remove one of them.')
            for ground, kind in ((ASKS, "manual"), (STARTS, "runbook"))
            for key in ('wait_limit = "1m"', 'grace = "1m"', 'simulate = { takes = "1m" }')
        ),
        (f'{ASKS}time_limit = "1m"', '"time_limit" does not go with "manual"'),
        (f'{ASKS}backoff = "1m"', '"backoff" does not go with "manual"'),
        *(
            (ROLLS.format(key), f'"{key.split()[0]}" is for its child steps; move it there.')
            for key in (
                *('backoff = "1m"', 'grace = "1m"', "shared = true", 'simulate = { takes = "1m" }'),
                *('publish = { X = "mail" }', 'container = { image = "a", run = false }'),
            )
        ),
        (
            '[feeds.f]\nregistry = "https://images.example"\nrate = "1 MB/s"',
            '"rate" does not go with "registry"',
        ),
    ],
)
def test_r8_what_would_have_no_effect_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in only_complaint(tmp_path, text)


def warned(folder: Path, text: str) -> list[str]:
    """What check warns of, without the file's name and place."""
    (folder / "model.toml").write_text(SPACE + text)
    for name in ("a.py", "a.ps1", "a.sh"):
        (folder / name).write_text("true")
    _, warnings = load_with_warnings(folder / "model.toml", advice=[warn_of_ineffective_keys])
    return [f"{each.key}: {each.message}" for each in warnings]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'{SCRIPT}backoff = "1m"', "backoff: It is not tried again; remove it, or say retries = 1."),
        (f'{SCRIPT}backoff = "1m"\nretries = 0', "backoff: It is not tried again"),
        (f'{SCRIPT}start = "with-previous"', "start: No step is before it; remove it."),
        (
            f'{SCRIPT}{TWO}manual = {{ instructions = "?" }}',
            "start: It asks once the steps beside it have ended",
        ),
        (f"{ASKS}block_concurrent = true", "block_concurrent: Its runs have no concurrency tag to keep"),
        (f'{TARGETS}on = "worker"', "roles: It runs once on a worker, whatever its roles are"),
        (
            f'{SCRIPT}[runbooks.s]\nunavailable_targets = "skip"',
            "unavailable_targets: None of its steps goes",
        ),
        (f'{STEP}script = {{ file = "a.py" }}', 'script.file: It is run by bash; say shell = "python"'),
        (f'{STEP}script = {{ file = "a.sh", shell = "pwsh" }}', 'It is run by pwsh; say shell = "bash"'),
        (
            f'{STEP}roles = ["web"]\nhealth_check = {{ script = {{ file = "a.ps1" }} }}',
            'health_check.script.file: It is run by bash; say shell = "pwsh"',
        ),
        (
            '[variables]\nSure = { prompt = { kind = "checkbox", required = false } }',
            "variables.Sure.prompt.required: A checkbox always has a value, True or False; remove it.",
        ),
        (
            f'{STEP}[runbooks.r.steps.manual]\ninstructions = "?"\n'
            'fields = { Sure = { kind = "checkbox", required = false } }',
            "manual.fields.Sure.required: A checkbox always has a value",
        ),
        (
            '[engine]\nsupervisor = "each"\nstderr = "separate"',
            "engine.stderr: A supervisor for each job merges it into stdout; say supervisor",
        ),
        ('[access]\nread = ["ann"]', "access.read: Nobody else can connect without a group of the machine"),
    ],
)
def test_r8_what_has_no_effect_and_harms_nobody_is_warned_of(tmp_path: Path, text: str, said: str) -> None:
    (warning,) = warned(tmp_path, text)
    assert said in warning


@pytest.mark.parametrize(
    "text",
    [
        f'{SCRIPT}retries = 1\nbackoff = "1m"',
        f'{SCRIPT}{TWO}script = ""',
        f'{ASKS}{TWO}manual = {{ instructions = "?" }}',
        f'{SCRIPT}{TWO}manual = {{ instructions = "?" }}\n{TWO.replace("Two", "Three")}script = ""',
        ASKS.replace("[[runbooks.r.steps]]", '[runbooks.r]\nconcurrency = "tag"\n[[runbooks.r.steps]]')
        + "block_concurrent = true",
        ASKS.replace("runbooks.r", "projects.r") + "block_concurrent = true",
        TARGETS.replace(
            "[[runbooks.r.steps]]", '[runbooks.r]\nunavailable_targets = "skip"\n[[runbooks.r.steps]]'
        ),
        f'{STEP}script = {{ file = "a.sh", shell = "sh" }}',
        f'{STEP}script = {{ file = "a.py", shell = "python" }}',
        '[variables]\nSure = { prompt = { kind = "checkbox" } }',
        '[access]\ngroup = "ops"\nread = ["ann"]',
        '[engine]\nsupervisor = "agent"\nstderr = "separate"',
    ],
)
def test_r8_what_has_an_effect_is_not(tmp_path: Path, text: str) -> None:
    assert warned(tmp_path, text) == []


def test_s8_an_image_is_given_to_the_script_that_does_not_run_in_it(tmp_path: Path) -> None:
    model = model_of(tmp_path, f'{SCRIPT}container = {{ image = "alpine@3.x", run = false }}')
    (step,) = model.runbooks["r"].steps
    assert (step.container, step.runs_contained, step.images) == (
        "alpine@3.x",
        False,
        ("container:alpine@3.x",),
    )
    assert "[runbooks.r.steps.container]" in dump(model) or "run = false" in dump(model)


def test_s8_a_step_of_an_earlier_version_is_written_as_what_it_did() -> None:
    """A journal, or a release, holds the image alone."""
    import msgspec

    said = b'{"name": "One", "action": {"kind": "script", "body": ""}, "container": "alpine"}'
    step = msgspec.json.decode(said, type=Step)
    assert (step.container, step.runs_contained) == ("alpine", None)


@pytest.mark.parametrize(
    "name", ["Octopus.Task.Id", "octopus.environment.name", "Octopus.Step[One].Status.Code"]
)
def test_r8_a_variable_that_octotui_gives_itself_is_warned_of(tmp_path: Path, name: str) -> None:
    path = tmp_path / "model.toml"
    path.write_text(f'{SPACE}[variables]\n"{name}" = "mine"\n"Octopus.Mine" = "1"\n')
    _, warnings = load_with_warnings(path, (), (warn_of_ineffective_keys,))
    (warning,) = warnings
    assert "octotui gives this itself to the runs that have one, and that holds" in str(warning)
