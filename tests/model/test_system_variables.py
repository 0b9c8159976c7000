"""The names of what octotui gives to runs (V1)."""

import pytest

from octotui.engine.rules.variable_context import values_for
from octotui.model.process import Package, Requirement, Step
from octotui.model.space import Target, Tenant
from octotui.model.system_variables import is_system_variable, package_file_in, step_in, system_names_for
from octotui.runtime.jobs.job_script import extracted
from octotui.runtime.jobs.question_notifier import variables
from tests.world import World, manual, model, packages, script


def test_v1_all_that_a_run_is_given_is_known() -> None:
    deploy = Step(
        name="Deploy", action=Package(), pool="setup", packages=(Requirement("tools"),), container="x"
    )
    targets = {"web": Target(name="Web", roles=("web",))}
    steps = [script("A", packages=packages("tools")), deploy, manual("Well?")]
    world = World(model({"go": steps}, targets=targets, tenants={"contoso": Tenant(name="Contoso")}))
    world.start("go", environment="test", tenant="contoso")
    world.run_out()
    run = world.run("run-1")
    given = values_for(world.state, run, 0, "Octopus.Step[A].Status.Code", target="web")
    given |= extracted(run, world.state.jobs[run.progress.jobs[1]], "/somewhere", "/packages")
    given |= variables(world.state, world.state.interruptions["question-1"])
    assert len(given) > 25
    assert [name for name in given if not is_system_variable(name)] == []


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("octopus.environment.name", True),
        ("octopus.environment", False),
        ("octopus.step", True),
        ("octopus.action", True),
        ("octopus.action[a[1].b].output.x", True),
        ("octopus.action[a].output[web 1].x.y", True),
        ("octopus.action.package[x]", False),
        ("octopus.action.package[x].extractedpath", True),
        ("octopus.release.notes[0]", True),
        ("octopus.machine.hostname", False),
        ("octopusprintvariables", False),
    ],
)
def test_v1_names_of_ours_have_no_case_and_any_index(name: str, known: bool) -> None:
    assert is_system_variable(name) is known


def test_what_a_name_may_have_been_meant_for() -> None:
    assert "Octopus.Step[A].Status.Code" in system_names_for("Octopus.Step[A].State")
    assert "Octopus.Step[…].Status.Code" in system_names_for("Octopus.Step.State")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tar xf $(get_octopusvariable 'Octopus.Action.Package[x].PackageFilePath')", 56),
        ("$Octopus_Action_Package_x__PackageFileName", 27),
        ("PackageFilePaths", None),
        ("ExtractedPath", None),
    ],
)
def test_a_script_that_asks_for_the_file_of_a_package(text: str, found: int | None) -> None:
    assert package_file_in(text) == found


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("Octopus.Action[Build it].Output.X", "Build it"),
        ("octopus.action[ a[1].b ].Output[web].X", "a[1].b"),
        ("Octopus.Step[A].Status.Code", "A"),
        ("Octopus.Action[A].Package", None),
        ("Octopus.Action.Package[A].PackageId", None),
        ("Octopus.Action", None),
        ("Size[A]", None),
    ],
)
def test_v1_the_step_that_a_variable_is_about(name: str, step: str | None) -> None:
    assert step_in(name) == step
