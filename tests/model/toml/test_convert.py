import os
from pathlib import Path

import pytest

from octotui.model.process import Manual, Requirement, Script, Simulate, StartRunbook
from octotui.model.space import Channel, Phase, Scope, Value, Worker
from octotui.model.toml.read import load
from octotui.model.toml.sources import LARGEST
from octotui.model.toml.write import dump
from octotui.model.values import Prompt, Secret
from tests.model.texts import complaints_of, model_of, only_complaint, sample


def test_the_sample_becomes_values(tmp_path: Path) -> None:
    model = load(sample(tmp_path))
    step = model.runbooks["create-region-workers"].steps[0]
    assert step.action == Script(
        body="echo creating\n", shell="sh", file=str(tmp_path / "scripts" / "create.sh")
    )
    assert step.packages == (Requirement("worker-image"), Requirement("tools", "1.2.0"))
    assert (step.backoff, step.time_limit, step.simulate) == (
        0.5,
        5400.0,
        Simulate(takes=40.0, result="failure"),
    )
    assert model.runbooks["unleash"].steps[0].action == StartRunbook(
        runbook="create-aws-rds", environment="development", wait=False
    )
    assert model.runbooks["tame"].steps[0].action == Manual(
        instructions="Is **four** databases really what you want?", teams=("finance",)
    )
    assert (model.feeds["local"].directory, model.feeds["local"].rate) == (str(tmp_path / "packages"), 65536)


def test_a_project_is_a_process_with_channels_and_variables(tmp_path: Path) -> None:
    model = load(sample(tmp_path))
    shop = model.projects["shop"]
    (step,) = shop.deployment.steps
    assert (shop.name, shop.deployment.description, shop.lifecycle) == (
        "The shop",
        "Sells things",
        "standard",
    )
    assert (step.required, step.tenant_tags, step.channels) == (True, ("region/westus",), ("hotfix",))
    assert step.publish == {"Bundle.Url": "mail"}
    assert shop.variables["Greeting"][1] == Value(value="quick", scope=Scope(channel=("hotfix",)))
    assert shop.channels["hotfix"] == Channel(
        name="Hot fixes", default=True, lifecycle="quick", versions={"tools": "[1.0,2.0)"}, tag="^$"
    )
    phases = model.lifecycles["standard"].phases
    assert phases[0] == Phase(name="Try", environments=("development", "test"), optional=True)
    assert model.variable_sets["mail"]["Sender"] == (Value(value="shop"),)
    assert model.runbooks["restart-shop"].project == "shop"


def test_a_bare_name_in_a_pool_is_a_worker(tmp_path: Path) -> None:
    workers = load(sample(tmp_path)).workers
    assert list(workers) == ["worker1", "worker2", "worker3"]
    assert workers["worker1"] == Worker(name="worker1")
    assert workers["worker3"] == Worker(
        name="worker3", enabled=False, directory=str(tmp_path / "work" / "worker3")
    )


def test_names_default_to_slugs(tmp_path: Path) -> None:
    model = model_of(tmp_path, '[environments.test]\n[runbooks.x]\n[tenants.t]\nname = "Tea"')
    assert (model.environments["test"].name, model.runbooks["x"].name, model.tenants["t"].name) == (
        "test",
        "x",
        "Tea",
    )


def test_variables_become_values(tmp_path: Path) -> None:
    variables = load(sample(tmp_path)).variables
    assert variables["Count"] == (Value(value="3"),)
    assert variables["Loud"] == (Value(value="True"),)
    assert variables["Names"][1] == Value(value="ann", scope=Scope(tenant=("contoso",)))
    assert variables["Project.Worker.Pool"][1] == Value(
        value="west",
        kind="pool",
        scope=Scope(environment=("test", "production"), tenant_tag=("region/westus",)),
    )


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Kraken", "kraken"),
        ("My  space/№ 1", "my-space-1"),
        ("../..", "space"),
        ("東京", "東京"),
        ("x" * 300, "x" * 60),
    ],
)
def test_the_slug_of_a_space_is_fit_for_a_folder(tmp_path: Path, name: str, slug: str) -> None:
    assert model_of(tmp_path, f'[space]\nname = "{name}"', named=False).space.slug == slug


def test_v1_scripts_of_all_origins_are_read_as_shells_have_them(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "own.toml").write_text('[scripts]\nbash = "\\uFEFFa\\r\\nb\\r\\n"')
    (tmp_path / "marked.sh").write_bytes(b"\xef\xbb\xbfa\r\nb\r\n")
    (tmp_path / "wide.ps1").write_bytes("\ufeffa\r\nb\r\n".encode("utf-16-be"))
    inline = '"\\uFEFFa\\r\\nb\\r\\n"'
    scripts = [
        f"script = {inline}",
        f"script = {{ shell = 'python', body = {inline} }}",
        "script = { file = 'marked.sh' }",
        "script = { shell = 'pwsh', file = 'wide.ps1' }",
        "template = 'own'",
        f"roles = ['web']\nhealth_check = {{ script = {inline} }}",
    ]
    text = "".join(f"[[runbooks.x.steps]]\nname = '{at}'\n{each}\n" for at, each in enumerate(scripts))
    model = model_of(tmp_path, f"[targets.w]\nroles = ['web']\n{text}")
    found = [step.script.body for step in model.runbooks["x"].steps if step.script]
    assert found == ["a\nb\n"] * len(scripts)


def test_v1_a_script_may_be_verbatim(tmp_path: Path) -> None:
    text = """
[[runbooks.x.steps]]
name = "A"
script = "#{if"
verbatim = true
[[runbooks.x.steps]]
name = "B"
script = { body = "#{if", verbatim = true }
[[runbooks.x.steps]]
name = "C"
verbatim = true
script = { shell = "sh", body = "#{if" }
[[runbooks.x.steps]]
name = "D"
script = "true"
"""
    model = model_of(tmp_path, text)
    found = [step.script.verbatim for step in model.runbooks["x"].steps if step.script]
    assert found == [True, True, True, False]
    (tmp_path / "again").mkdir()
    assert model_of(tmp_path / "again", dump(model), named=False) == model


@pytest.mark.parametrize(
    ("condition", "read"),
    [
        ("True", "True"),
        ("FALSE", "FALSE"),
        (" false\\n", "false"),
        (" success ", "success"),
        ("\\n #{A}\\r\\n\\t#{B} ", "\n #{A}\r\n\t#{B} "),
    ],
)
def test_s3_conditions_may_be_plain_have_blanks_around_and_span_lines(
    tmp_path: Path, condition: str, read: str
) -> None:
    text = f'[[runbooks.x.steps]]\nname = "A"\nscript = ""\ncondition = "{condition}"'
    assert model_of(tmp_path, text).runbooks["x"].steps[0].condition == read


@pytest.mark.parametrize("condition", ["truely", "success failure", "", "\\u001b#{A}"])
def test_s3_what_is_no_condition(tmp_path: Path, condition: str) -> None:
    text = f'[[runbooks.x.steps]]\nname = "A"\nscript = ""\ncondition = "{condition}"'
    (said,) = complaints_of(tmp_path, text)
    assert said.message.startswith(
        'Expected "success", "failure", "always", "True", "False" or an expression'
    )


def test_a_script_that_cannot_be_read_is_a_complaint_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "latin.sh").write_bytes("echo é".encode("latin-1"))
    step = '[[runbooks.x.steps]]\nname = "{0}"\nscript = {{ file = "{0}" }}\n'
    found = complaints_of(tmp_path, step.format("none.sh") + step.format("latin.sh"))
    assert [(each.line, each.column) for each in found] == [(5, 12), (8, 12)]
    assert found[0].message == f'Cannot read "{tmp_path}/none.sh": No such file or directory.'
    assert found[1].message == f'"{tmp_path}/latin.sh" is not a text in UTF-8; save it as one.'


def test_sensitive_values_say_where_they_are_read(tmp_path: Path) -> None:
    model = model_of(
        tmp_path,
        """[variables]
Password = [
  { sensitive = { env = "PASSWORD" } },
  { sensitive = { file = "secrets/production" }, environment = "production" },
  { sensitive = { command = ["pass", "show", "-v", "-v"] }, environment = "test" },
]
Token = { sensitive = { keyring = "octotui/deploy" } }
[environments.production]
[environments.test]
""",
    )
    assert [value.secret for value in (*model.variables["Password"], *model.variables["Token"])] == [
        Secret(env="PASSWORD"),
        Secret(file=str(tmp_path / "secrets" / "production")),
        Secret(command=("pass", "show", "-v", "-v")),
        Secret(keyring="octotui/deploy"),
    ]
    assert model.variables["Password"][1].scope == Scope(environment=("production",))
    assert {value.kind for value in model.variables["Password"]} == {"sensitive"}


def test_prompts_are_taken_as_they_are_written(tmp_path: Path) -> None:
    prompt = '{ label = "Size", kind = "select", options = ["small", "large"], default = "small" }'
    model = model_of(tmp_path, f"[variables]\nSize = {{ prompt = {prompt} }}\nSure = {{ prompt = {{}} }}")
    assert model.variables["Size"] == (
        Value(
            kind="prompt",
            prompt=Prompt(label="Size", kind="select", options=("small", "large"), default="small"),
        ),
    )
    assert model.variables["Sure"][0].prompt == Prompt()


BUILT = """
[[runbooks.r.steps]]
name = "One"
script = "a"
container = { dockerfile = { file = "tools.dockerfile" } }
"""


def test_s8_a_dockerfile_may_stand_in_a_file_beside_the_model(tmp_path: Path) -> None:
    """S8, R9: its image is named by its text, as of one that stands in the model."""
    (tmp_path / "tools.dockerfile").write_text("FROM alpine\n")
    step = model_of(tmp_path, BUILT).runbooks["r"].steps[0]
    assert step.contained.dockerfile == "FROM alpine\n"
    inline = BUILT.replace('{ file = "tools.dockerfile" }', '"FROM alpine\\n"')
    assert model_of(tmp_path, inline).runbooks["r"].steps[0].container == step.container


@pytest.mark.parametrize(
    ("text", "mode", "complaint"),
    [
        (None, 0o644, "No such file or directory."),
        (b"\xff\xfe\xff", 0o644, "is not a text in UTF-8; save it as one."),
        (b" \n", 0o644, "is empty; a dockerfile begins with FROM."),
        (b"FROM alpine\n", 0o666, "It is not run: "),
    ],
)
def test_s8_a_dockerfile_that_cannot_be_used_is_a_complaint_where_it_is_named(
    tmp_path: Path, text: bytes | None, mode: int, complaint: str
) -> None:
    """R9: also one that everybody can change."""
    if text is not None:
        (tmp_path / "tools.dockerfile").write_bytes(text)
        (tmp_path / "tools.dockerfile").chmod(mode)
    found = only_complaint(tmp_path, BUILT)
    assert found.startswith("runbooks.r.steps")
    assert ".container.dockerfile.file" in found
    assert complaint in found


@pytest.mark.parametrize("kind", ["FIFO", "device", "large"])
@pytest.mark.parametrize(
    "named",
    [
        'script = { file = "odd" }',
        'script = "true"\ncontainer = { dockerfile = { file = "odd" } }',
        'roles = ["web"]\nhealth_check = { script = { file = "odd" } }',
    ],
)
def test_r9_a_script_or_dockerfile_that_is_no_file_is_a_complaint_and_nothing_waits(
    tmp_path: Path, named: str, kind: str
) -> None:
    odd = tmp_path / "odd"
    if kind == "FIFO":
        os.mkfifo(odd)
    elif kind == "device":
        odd.symlink_to("/dev/zero")
    else:
        with odd.open("wb") as file:
            file.truncate(LARGEST + 1)
    step = f'[[runbooks.x.steps]]\nname = "A"\n{named}\n'
    said = only_complaint(tmp_path, step + '[targets.web1]\nroles = ["web"]\n' * ("roles" in named))
    assert "It is not run: " in said
    assert "odd is no file of 16384 KiB at most." in said or "/dev/zero is no file" in said
