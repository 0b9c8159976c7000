"""What an executor is given: the script filled in, and the values in its environment."""

import threading
import time
from collections.abc import Mapping
from functools import partial

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.state import Job, State
from octotui.engine.state.run_parts import with_progress
from octotui.model.environment_names import environment_name
from octotui.model.process import Script, Simulate, Step, TemplateCall
from octotui.model.space import Engine, Value
from octotui.model.values import Prompt, Secret
from octotui.runtime.jobs import job_script
from octotui.runtime.jobs.job_script import (
    MANY,
    WITH_NUL,
    body_of,
    fill_without_blocking,
    filled,
    script_work,
)
from octotui.variables.budget import JOB_WORK, PART_WORK, TEXT_WORK, Budget
from octotui.variables.fill import Filler
from octotui.variables.syntax.nodes import TooMuch
from octotui.variables.template import Filled, Names, OverBudget
from octotui.workers.executor import AttemptSpec
from tests.world import World, model, packages, script


def at_work(body: str, **more: object) -> tuple[State, str]:
    """A State in which the one job of a run with this script runs."""
    verbatim = str(more.pop("verbatim", ""))
    action = Script(body=verbatim or body, verbatim=bool(verbatim))
    step = Step(name="Do it", action=action, pool="setup", **more)  # type: ignore[arg-type]
    variables = {
        "Greeting": (Value(value="hello #{Octopus.Environment.Name}"),),
        "Deep[1].Name": (Value(value="#{Greeting}!"),),
        "Mine": (Value(kind="prompt", prompt=Prompt()),),
    }
    world = World(model({"a": [step]}, variables=variables))
    world.send(
        commands.StartRun(
            process="a", environment="test", requester="ann", variables={"Mine": "given #{greeting}"}
        )
    )
    if more.get("packages"):
        world.step()
    return world.state, f"job-1.{len(world.state.runs['run-1'].progress.jobs)}"


def work_of(
    state: State,
    job: Job,
    directory: str,
    *,
    secrets: Mapping[str, str] = {},
    budget: Budget | None = None,
) -> tuple[AttemptSpec, tuple[str, ...]]:
    """What an executor is given for a job without files to fill in, and warnings."""
    packages = f"{directory}/packages"
    return script_work(state, job, directory, None, secrets, {}, packages, budget or Budget())


def test_an_executor_is_given_what_the_step_its_template_and_the_model_say() -> None:
    call = TemplateCall(body="#{Password | ToUpper}", shell="python", template="own", needs=("curl",))
    simulate = Simulate(takes=5.0)
    step = Step(name="Do it", action=call, pool="setup", grace=3.0, simulate=simulate)
    password = Value(kind="sensitive", secret=Secret(env="TOKEN"))
    passed = Engine(environment=("LC_*",), supervisor="each")
    world = World(model({"a": [step]}, variables={"Password": (password,)}, engine=passed))
    world.start("a")
    work, _ = work_of(world.state, world.state.jobs["job-1.1"], "/w", secrets={"Password": "hunter-two"})
    assert work == AttemptSpec(
        supervisor="each",
        job="job-1.1",
        attempt=1,
        run="run-1",
        worker="worker1",
        directory="/w",
        shell="python",
        script="HUNTER-TWO",
        values=work.values,
        environment=work.environment,
        needs=("curl",),
        passed=("LC_*",),
        withheld=("TOKEN",),
        grace=3.0,
        simulate=simulate,
        sensitive=("HUNTER-TWO",),
    )


def test_the_script_is_filled_in_and_what_nobody_knows_is_a_warning() -> None:
    state, job = at_work("echo #{Deep[1].Name} #{mine} ##{Kept} #{Unknown}")
    work, warnings = work_of(state, state.jobs[job], "/somewhere")
    assert work.script == "echo hello Test! given #{greeting} #{Kept} #{Unknown}"
    assert warnings == ("there is no variable Unknown",)
    assert (work.job, work.attempt, work.run, work.worker) == ("job-1.1", 1, "run-1", "worker1")
    assert (work.directory, work.shell, work.grace) == ("/somewhere", "bash", 10.0)


def test_p2_a_script_that_asks_for_the_file_of_a_package_is_a_warning_of_the_run() -> None:
    state, job = at_work(
        "get_octopusvariable 'Octopus.Action.Package[a].PackageFilePath'", packages=packages("a")
    )
    _, (warning,) = work_of(state, state.jobs[job], "/somewhere")
    assert warning.startswith("packages are extracted, and their files not kept: PackageFilePath and ")


def test_v1_a_verbatim_script_is_not_filled_in() -> None:
    state, job = at_work("", verbatim="echo #{Greeting} ##{x} #{if")
    work, warnings = work_of(state, state.jobs[job], "/somewhere")
    assert work.script == "echo #{Greeting} ##{x} #{if"
    assert warnings == ()
    assert work.environment["Greeting"] == "hello Test"


def test_every_value_is_in_the_environment_by_a_name_that_shells_take() -> None:
    state, job = at_work("true")
    work, _ = work_of(state, state.jobs[job], "/somewhere")
    told = work.environment
    assert told["Greeting"] == "hello Test"
    assert told["Deep_1_Name"] == "hello Test!"
    assert told["Octopus_Step_Name"] == "Do it"
    assert told["Octopus_Environment_Name"] == "Test"
    assert told["Octopus_Worker_Name"] == "worker1"
    assert told["Octopus_Deployment_CreatedBy_Username"] == "ann"


def test_v9_every_value_goes_by_its_own_name_too_and_the_run_is_warned_of_what_has_no_other() -> None:
    values = {"Db.Name": "a", "Db_Name": "b", "...": "c", "PATH": "d"}
    variables = {name: (Value(value=value),) for name, value in values.items()}
    world = World(model({"a": [script("Run")]}, variables=variables))
    world.start("a")
    state = world.state
    work, warnings = work_of(state, state.jobs["job-1.1"], "/w", secrets={"Key": "#{Db.Name}"})
    assert work.values["Octopus.Step.Name"] == "Run"
    assert {name: work.values[name] for name in (*values, "Key")} == {**values, "Key": "#{Db.Name}"}
    assert (work.environment["_PATH"], work.environment["Key"]) == ("d", "#{Db.Name}")
    assert not {"Db_Name", "", "PATH"} & set(work.environment)
    assert len(warnings) == 2
    warned = {**state.runs, "run-1": with_progress(state.runs["run-1"], warnings=warnings)}
    again = replace(state, runs=type(state.runs)(warned))
    assert work_of(again, state.jobs["job-1.1"], "/w", secrets={"Key": "x"})[1] == ()


def test_s8_what_was_to_run_in_a_container_says_that_it_does_not() -> None:
    """A release, or an open run, of a time when a model could ask for that; else it is asked for in vain."""
    for said, warned in ((None, 1), (False, 0)):
        state, job = at_work(
            "echo #{Octopus.Action.Container.Image}", container="alpine", runs_contained=said
        )
        work, warnings = work_of(state, state.jobs[job], "/somewhere")
        assert work.script == "echo alpine"
        assert len(warnings) == warned
        assert all("does not run in alpine" in each for each in warnings)


def test_packages_lie_where_they_were_extracted() -> None:
    state, job = at_work(
        "ls #{Octopus.Action.Package[tools].ExtractedPath}", packages=packages("tools@1.2.0")
    )
    work, warnings = work_of(state, state.jobs[job], "/somewhere")
    assert work.script == "ls /somewhere/packages/tools/1.2.0"
    assert work.environment["Octopus_Action_Package_tools_ExtractedPath"] == "/somewhere/packages/tools/1.2.0"
    assert work.environment["Octopus_Action_Package_tools_PackageVersion"] == "1.2.0"
    assert work.environment["Octopus_Action_Package_tools_PackageId"] == "tools"
    assert warnings == ()


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Octopus.Environment.Name", "Octopus_Environment_Name"),
        ("Octopus.Action[Look at it].Output.Manual.Notes", "Octopus_Action_Look_at_it_Output_Manual_Notes"),
        ("1st", "_1st"),
        ("Grüße", "Gr_e"),
        ("...", ""),
    ],
)
def test_names_of_environment_variables(name: str, plain: str) -> None:
    assert environment_name(name) == plain


def test_v9_a_nul_that_is_filled_into_a_script_is_left_out_and_said() -> None:
    """A shell takes a script with one for no script."""
    step = Step(name="Run", action=Script(body="echo #{A}"), pool="setup")
    world = World(model({"a": [step]}, variables={"A": (Value(value="a\0b"),)}))
    world.start("a")
    work, warnings = work_of(world.state, world.state.jobs["job-1.1"], "/w")
    assert (work.script, work.values["A"]) == ("echo ab", "a\0b")
    assert WITH_NUL in warnings


def test_sensitive_values_are_taken_as_they_are() -> None:
    """V5: in a password nothing is filled in."""
    password = "a#{Greeting}##b"
    state, job = at_work("login '#{Password}' #{Deep[1].Name}")
    work, warnings = work_of(state, state.jobs[job], "/somewhere", secrets={"Password": password})
    assert work.script == f"login '{password}' hello Test!"
    assert work.environment["Password"] == password
    assert warnings == ()


@pytest.mark.parametrize(
    "name", ["PATH", "HOME", "LD_PRELOAD", "LD.PRELOAD", "BASH_ENV", "PYTHONPATH", "IFS"]
)
def test_no_variable_replaces_what_programs_need(name: str) -> None:
    """V7: a script finds its programs, whatever its variables are called."""
    assert environment_name(name) == "_" + name.replace(".", "_")


@pytest.mark.parametrize("name", ["Path", "PATHS", "MY_PATH", "HOMEPAGE", "USERNAME", "PS1x"])
def test_other_names_stay(name: str) -> None:
    assert environment_name(name) == name


DEEP = {f"V{n}": (Value(value=f"#{{V{n + 1}}}" * 10),) for n in range(1, 30)} | {"V30": (Value(value="x"),)}


def test_v1_one_budget_is_for_all_texts_of_a_job() -> None:
    """V1: values that repeat values are too much once, and not once for each of them."""
    world = World(model({"a": [script("Run")]}, variables=DEEP))
    world.start("a")
    start = time.process_time()
    with pytest.raises(OverBudget) as raised:
        work_of(world.state, world.state.jobs["job-1.1"], "/somewhere")
    assert raised.value.reason.startswith("the variable V")
    assert time.process_time() - start < 2.0


def test_v1_a_job_is_filled_in_within_the_budget_it_is_given() -> None:
    state, job = at_work("echo #{Greeting}")
    with pytest.raises(OverBudget):
        work_of(state, state.jobs[job], "/somewhere", budget=Budget(PART_WORK))


async def test_v1_what_is_little_is_done_at_once_and_what_is_much_in_a_thread() -> None:
    threads: list[str] = []

    def filling(work: int, budget: Budget) -> int:
        threads.append(threading.current_thread().name)
        if work > budget.left:
            raise OverBudget("Too much.", 1, 1)
        return budget.left - work

    few, many = model({}), model({}, variables={f"V{n}": (Value(),) for n in range(MANY)})
    assert await fill_without_blocking(partial(filling, 5), few, "a") == TEXT_WORK - 5
    assert threads == ["MainThread"]
    assert await fill_without_blocking(partial(filling, TEXT_WORK + 1), few, "a") == JOB_WORK - TEXT_WORK - 1
    assert await fill_without_blocking(partial(filling, 5), few, "a", large=True) == JOB_WORK - 5
    assert await fill_without_blocking(partial(filling, 5), many, "a") == JOB_WORK - 5
    assert threads[1] == "MainThread"
    assert all(each.startswith("asyncio_") for each in threads[2:])
    with pytest.raises(OverBudget):
        await fill_without_blocking(loops, few, "a")


async def test_v1_patterns_of_a_job_end_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    few = model({})
    await fill_without_blocking(Budget.spend_on_pattern, few, "a", large=True)
    monkeypatch.setattr(job_script, "SECONDS", -1.0)
    with pytest.raises(TooMuch, match="takes too long"):
        await fill_without_blocking(Budget.spend_on_pattern, few, "a", large=True)


def loops(budget: Budget) -> Filled:
    """More work than a job may be."""
    text = "#{each a in List}#{each b in List}#{each c in List}#{/each}#{/each}#{/each}"
    return Filler(Names({"List": "," * 3000}), None, budget).fill_in(text)


def test_v5_what_filters_make_of_sensitive_values_is_sensitive() -> None:
    """In values, in the script, and in a template's parameters; what only holds them is masked in part."""
    variables = {
        "S1": (Value(kind="sensitive", secret=Secret(env="S1")),),
        "Up": (Value(value="is #{S1 | ToUpper}"),),
        "Url": (Value(value="db://#{S1}@x"),),
    }
    world = World(model({"a": [script("Run")]}, variables=variables))
    world.start("a")
    state, job = world.state, world.state.jobs["job-1.1"]
    work, _ = work_of(state, job, "/somewhere", secrets={"S1": "hunter-two"})
    assert (work.values["Up"], work.sensitive) == ("is HUNTER-TWO", ("HUNTER-TWO",))
    for action, made in (
        (Script(body="echo '#{S1 | Substring 2 5}'"), {"HUNTER-TWO", "nter-"}),
        (Script(body="echo '#{S1 | Substring 2 5}'", verbatim=True), {"HUNTER-TWO"}),
        (
            TemplateCall(
                body="send #{Text | ToUpper} #{Mine | ToLower}",
                parameters={"Text": "to #{S1}", "Mine": "MINE"},
                sensitive=("Mine",),
                template="own",
            ),
            {"HUNTER-TWO", "TO HUNTER-TWO", "mine", "MINE"},
        ),
    ):
        values = {name: value[0].value or "" for name, value in variables.items()}
        budget = Budget()
        filler, _, arguments = filled(action, values, {"S1": "hunter-two"}, None, budget)
        body_of(action, filler)
        assert {*arguments.sensitive, *filler.derived} == made
