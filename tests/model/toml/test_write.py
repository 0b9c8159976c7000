import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octotui.model.process import (
    Manual,
    Requirement,
    Runbook,
    Script,
    Simulate,
    StartRunbook,
    Step,
    TemplateCall,
)
from octotui.model.space import (
    Channel,
    Engine,
    Environment,
    Feed,
    Lifecycle,
    Model,
    Notify,
    Phase,
    Pool,
    Project,
    Scope,
    Space,
    Team,
    Tenant,
    Value,
    Worker,
)
from octotui.model.text_files import plain_lines
from octotui.model.toml.read import load
from octotui.model.toml.starter import starter
from octotui.model.toml.write import dump
from octotui.model.values import Prompt, Secret
from tests.model.texts import model_of, sample, write
from tests.model.toml.test_templates import GREET

PACKAGES = ("tools", "worker-image")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a script and the packages that generated models name."""
    folder = tmp_path_factory.mktemp("models")
    write(folder, "echo read\n", "script.sh")
    write(folder, GREET, "templates/greet.toml")
    for package in PACKAGES:
        write(folder, "", f"packages/{package}.1.0.0.zip")
    return folder


SLUGS = st.from_regex(r"[a-z0-9][a-z0-9_.\-]{0,5}", fullmatch=True).filter(
    lambda slug: slug not in ("built-in", "default")
)
NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=8)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)
COMMANDS = st.lists(TEXTS, min_size=1, max_size=3).map(tuple).filter(lambda command: "/" not in command[0])
TIMES = st.integers(0, 10**8).map(lambda milliseconds: milliseconds / 1000)
LIMITS = st.none() | TIMES


PROMPTS = st.one_of(
    st.builds(
        Prompt,
        label=NAMES,
        help=TEXTS,
        kind=st.sampled_from(["text", "multiline"]),
        default=st.none() | TEXTS,
        required=st.booleans(),
    ),
    st.just(Prompt(kind="select", options=("one", "two"), default="two")),
    st.just(Prompt(kind="checkbox", default="True", required=False)),
    st.just(Prompt(label="Password", kind="sensitive")),
)


TEMPLATES = st.builds(
    TemplateCall,
    template=st.just("greet"),
    shell=st.just("bash"),
    body=st.just("echo hello"),
    parameters=st.fixed_dictionaries({"Who": NAMES, "Loud": st.sampled_from(["True", "False"])}),
    needs=st.just(("curl", "python:boto3")),
)
NOTIFY = st.builds(Notify, bell=st.booleans(), terminal=st.booleans(), action=st.none() | TEMPLATES)


def secrets(folder: Path) -> st.SearchStrategy[Secret]:
    return st.one_of(
        st.builds(Secret, env=st.just("DATABASE_PASSWORD")),
        st.builds(Secret, file=st.just(str(folder / "password.txt"))),
        st.builds(Secret, command=COMMANDS),
        st.builds(Secret, keyring=st.just("octotui/deploy")),
    )


def some(names: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), unique=True).map(tuple) if names else st.just(())


def one(names: list[str]) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(names) if names else st.none()


def keyed(of: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[Any]:
    return st.dictionaries(SLUGS, of, min_size=least, max_size=3)


@st.composite
def models(draw: st.DrawFn, folder: Path) -> Model:
    """Models without complaints: every name in them is one that they declare."""
    pools = draw(
        keyed(
            st.builds(
                Pool,
                name=NAMES,
                workers=st.lists(SLUGS, unique=True, max_size=3).map(tuple),
                affinity=st.sampled_from(["run", "step"]),
                exclusive=st.booleans(),
                containers=st.booleans(),
            )
        )
    )
    listed = list(dict.fromkeys(worker for pool in pools.values() for worker in pool.workers))
    directories = st.none() | SLUGS.map(lambda slug: str(folder / slug))
    workers = {
        slug: draw(
            st.just(Worker(name=slug))
            | st.builds(Worker, name=NAMES, enabled=st.booleans(), directory=directories)
        )
        for slug in listed
    }
    environments = draw(keyed(st.builds(Environment, name=NAMES)))
    tenants = draw(keyed(st.builds(Tenant, name=NAMES, tags=some(["a/b", "a/c"]))))
    teams = draw(
        keyed(st.builds(Team, name=NAMES, members=st.lists(NAMES, unique=True, max_size=2).map(tuple)))
    )
    variables = draw(texts())
    if environments and pools:
        scope = Scope(environment=tuple(environments))
        variables["Which Pool"] = (Value(value=next(iter(pools)), kind="pool", scope=scope),)
        variables["Secret"] = (Value(kind="sensitive", secret=draw(secrets(folder)), scope=scope),)
        variables["Asked"] = (Value(kind="prompt", prompt=draw(PROMPTS), scope=scope),)
        variables["Which Text"] = (Value(value="a"), Value(value=draw(TEXTS), scope=scope))
    model = Model(
        space=Space("Kraken", "kraken"),
        engine=draw(st.builds(Engine, task_cap=st.integers(1, 9))),
        pools=pools,
        workers=workers,
        environments=environments,
        tenants=tenants,
        teams=teams,
        variables=variables,
        notify=draw(NOTIFY),
        feeds={
            "local": Feed(directory=str(folder / "packages"), rate=draw(st.none() | st.integers(1, 10**8)))
        },
    )
    phases = st.builds(Phase, name=NAMES, environments=st.just(tuple(environments)), optional=st.booleans())
    listed = st.lists(phases, max_size=1).map(tuple) if environments else st.just(())
    model = msgspec.structs.replace(
        model,
        lifecycles=draw(keyed(st.builds(Lifecycle, name=NAMES, phases=listed))),
        variable_sets=draw(keyed(texts())),
    )
    projects = draw(keyed(projects_in(model, folder)))
    runbooks = {"child": Runbook(name="Child")} | draw(keyed(runbooks_in(model, folder, list(projects))))
    runbooks = {slug: runbook for slug, runbook in runbooks.items() if slug not in projects}
    return msgspec.structs.replace(model, runbooks=runbooks, projects=projects)


def texts() -> st.SearchStrategy[Any]:
    values = st.builds(Value, value=TEXTS).map(lambda value: (value,))
    return st.dictionaries(st.just("shared") | NAMES.map(str.lower), values, max_size=3)


def decided(project: Project, sets: dict[str, Any]) -> Project:
    """The project says itself what two of its variable sets say, or they would tie (V4)."""
    names = Counter(name for each in project.variable_sets for name in sets[each])
    own = {name: (Value(value="own"),) for name, times in names.items() if times > 1}
    return msgspec.structs.replace(project, variables=own | dict(project.variables))


def projects_in(model: Model, folder: Path) -> st.SearchStrategy[Project]:
    channels = st.builds(
        Channel, name=NAMES, lifecycle=one(list(model.lifecycles)), tag=st.sampled_from(["^$", None])
    )
    return st.builds(
        Project,
        deployment=runbooks_in(model, folder, []),
        lifecycle=one(list(model.lifecycles)),
        variable_sets=some(list(model.variable_sets)),
        variables=texts(),
        channels=keyed(channels),
    ).map(lambda project: decided(project, model.variable_sets))


def runbooks_in(model: Model, folder: Path, projects: list[str]) -> st.SearchStrategy[Runbook]:
    steps = st.lists(steps_in(model, folder), max_size=3, unique_by=lambda step: step.name).map(tuple)
    return st.builds(
        Runbook,
        name=NAMES,
        steps=steps,
        description=TEXTS,
        concurrency=st.none() | NAMES,
        time_limit=LIMITS,
        project=one(projects),
    )


def not_required(prompt: Prompt) -> Prompt:
    return msgspec.structs.replace(prompt, required=False)


def steps_in(model: Model, folder: Path) -> st.SearchStrategy[Step]:
    environments = list(model.environments)
    shells = st.sampled_from(["bash", "sh", "python"])
    bodies = TEXTS.map(plain_lines)  # as they are read
    plain = st.builds(Script, body=bodies, shell=shells, verbatim=st.booleans())
    from_file = st.builds(
        Script, body=st.just("echo read\n"), file=st.just(str(folder / "script.sh")), shell=shells
    )
    start = st.builds(
        StartRunbook,
        runbook=st.just("child"),
        environment=one(environments),
        tenant=one(list(model.tenants)),
        wait=st.booleans(),
        variables=st.dictionaries(NAMES, TEXTS, max_size=2).filter(
            lambda given: len({name.lower() for name in given}) == len(given)
        ),
        at=st.none() | st.sampled_from(["03:00", "2026-11-23 03:00 Europe/Berlin", "#{When}"]),
        guided_failure=st.none() | st.sampled_from(["on", "off"]),
    )
    leaves = start.filter(lambda action: not action.wait)
    waits = start.filter(lambda action: action.wait)
    manual = st.builds(Manual, instructions=TEXTS.filter(str.strip), teams=some(list(model.teams)))
    manual |= st.builds(
        Manual,
        instructions=st.just("Go on?"),
        approvals=st.integers(1, 3),
        not_requester=st.booleans(),
        expires=TIMES.filter(bool),
        on_expiry=st.sampled_from(["abort", "proceed"]),
        fields=st.dictionaries(SLUGS, PROMPTS.map(not_required), max_size=2),
    )
    common = {
        "name": NAMES,
        "start": st.sampled_from(["after-previous", "with-previous"]),
        "condition": st.sampled_from(["success", "failure", "always"]),
        "enabled": st.booleans(),
        "required": st.booleans(),
        "tenant_tags": some([tag for tenant in model.tenants.values() for tag in tenant.tags][:1]),
        "environments": some(environments),
    }
    versions = st.none() | st.just("1.0.0")
    packages = st.lists(
        st.builds(Requirement, id=st.sampled_from(PACKAGES), version=versions), unique=True
    ).map(tuple)
    publish = st.dictionaries(NAMES, st.sampled_from(list(model.variable_sets)), max_size=2)
    work: dict[str, Any] = {"publish": publish} if model.variable_sets else {}
    work |= {"packages": packages, "retries": st.integers(0, 5), "backoff": TIMES, "time_limit": LIMITS}
    simulate = st.builds(Simulate, takes=TIMES, result=st.sampled_from(["success", "failure"]))
    script = {"wait_limit": LIMITS, "grace": TIMES, "simulate": st.none() | simulate}
    pool = one(list(model.pools))
    pool_variable = one([name for name in ("Which Pool",) if name in model.variables])
    return st.one_of(
        st.builds(Step, action=plain | from_file | TEMPLATES, pool=pool, **work, **script, **common),
        st.builds(Step, action=plain, container=NAMES, runs_contained=st.just(False), **work, **common),
        st.builds(Step, action=waits, pool=pool, **work, **common),
        st.builds(Step, action=leaves, pool=pool, packages=packages, **common),
        st.builds(Step, action=plain, pool_variable=pool_variable, **work, **script, **common),
        st.builds(Step, action=manual, block_concurrent=st.booleans(), **common),
    )


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_written_reads_back_the_same(folder: Path, data: st.DataObject) -> None:
    model = data.draw(models(folder))
    assert load(write(folder, dump(model))) == model


def test_v4_generated_projects_decide_what_their_sets_say_alike(tmp_path: Path) -> None:
    said = {name: {"shared": (Value(value=name),)} for name in ("mail", "web")}
    shop = decided(Project(deployment=Runbook(name="Shop"), variable_sets=("mail", "web")), said)
    model = Model(space=Space("Kraken", "kraken"), variable_sets=said, projects={"shop": shop})
    assert load(write(tmp_path, dump(model))) == model


def test_the_samples_read_back_the_same(tmp_path: Path) -> None:
    for file in (sample(tmp_path), write(tmp_path, starter(), "starter.toml")):
        model = load(file)
        assert load(write(tmp_path / "elsewhere", dump(model))) == model


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    step = '[[runbooks.r.steps]]\nname = "One"\nscript = "true"\n'
    text = f'[pools.a]\nworkers = ["x"]\n[environments.test]\n{step}'
    written = tomllib.loads(dump(model_of(tmp_path, text)))
    assert written == {"space": {"name": "Kraken"}, **tomllib.loads(text)}


def test_a_script_from_a_file_stays_a_reference(tmp_path: Path) -> None:
    written = tomllib.loads(dump(load(sample(tmp_path))))
    script = written["runbooks"]["create-region-workers"]["steps"][0]["script"]
    assert script == {"shell": "sh", "file": str(tmp_path / "scripts" / "create.sh")}


def test_s8_a_dockerfile_from_a_file_stays_a_reference(tmp_path: Path) -> None:
    (tmp_path / "tools.dockerfile").write_text("FROM alpine\n")
    container = 'container = { dockerfile = { file = "tools.dockerfile" } }'
    kept = model_of(tmp_path, f'[[runbooks.r.steps]]\nname = "One"\nscript = "a"\n{container}\n')
    written = tomllib.loads(dump(kept))["runbooks"]["r"]["steps"][0]["container"]
    assert written == {"dockerfile": {"file": str(tmp_path / "tools.dockerfile")}}
    assert load(write(tmp_path, dump(kept))) == kept


def test_scripts_are_written_in_lines_unless_a_carriage_return_would_be_lost(tmp_path: Path) -> None:
    step = '[[runbooks.r.steps]]\nname = "One"\nscript = "a{}\\nb"'
    assert '"""\na\nb"""' in dump(model_of(tmp_path, step.format("")))
    kept = model_of(tmp_path, step.format("\\r"))
    assert load(write(tmp_path, dump(kept))) == kept
