"""What texts of a run are filled in with."""

from msgspec.structs import replace
from rpds import HashTrieMap

from octotui.engine import commands
from octotui.engine.commands import LoadModel, StartDue
from octotui.engine.rules.variable_context import lookup, overruled, scope_context, values_for
from octotui.engine.state import Run
from octotui.model.process import Manual, Runbook, Simulate
from octotui.model.space import Project, Schedule, Scope, Tenant, Value
from octotui.model.values import Prompt, Secret
from octotui.variables.fill import fill_in
from tests.engine.shop import deploy, release, shop
from tests.world import START, World, child, manual, model, on_targets, script

FAILS = Simulate(takes=1.0, result="failure")


def world(*steps: object, **variables: tuple[Value, ...]) -> World:
    tenants = {"contoso": Tenant(name="Contoso", tags=("region/west",))}
    return World(model({"go": list(steps)}, tenants=tenants, variables=variables))  # type: ignore[dict-item]


def values(of: World, step: int | None = None) -> dict[str, str]:
    return values_for(of.state, of.state.runs["run-1"], step)


def test_where_a_value_is_asked_for() -> None:
    """V2: environment, tenant and its tags, process, step."""
    of = world(script("A"))
    of.start("go", environment="test", tenant="contoso")
    run = of.state.runs["run-1"]
    assert scope_context(of.state, run, run.runbook.steps[0]) == Scope(
        step=("A",), tenant=("contoso",), tenant_tag=("region/west",), environment=("test",), process=("go",)
    )


def test_on_a_target_values_of_that_target_and_of_its_roles_hold() -> None:
    """V2: elsewhere they do not."""
    declared = (
        Value(value="any"),
        Value(value="web", scope=Scope(role=("web",))),
        Value(value="the first", scope=Scope(target=("web1",))),
    )
    of = World(model({"go": [on_targets("A", "web", "db")]}, variables={"Size": declared}))
    of.start("go")
    run = of.state.runs["run-1"]
    found = [values_for(of.state, run, 0, target=each)["Size"] for each in ("web1", "web2", "db1", None)]
    assert found == ["the first", "web", "any", "any"]


def test_a_run_without_environment_and_tenant() -> None:
    """V2: nothing is scoped to them."""
    of = world(script("A"))
    of.start("go")
    assert scope_context(of.state, of.state.runs["run-1"]) == Scope(process=("go",))
    assert "Octopus.Environment.Name" not in values(of)


def test_declared_values_by_scope_then_given_ones() -> None:
    """V2, V3: what is given for a run alone beats the file; a value with no match is not there."""
    declared = (Value(value="hello"), Value(value="ahoy", scope=Scope(step=("A",))))
    of = world(
        script("A"), script("B"), Greeting=declared, Never=(Value(value="x", scope=Scope(step=("Z",))),)
    )
    of.start("go")
    assert values(of, 0)["Greeting"] == "ahoy"
    assert values(of, 1)["Greeting"] == "hello"
    assert "Never" not in values(of)
    run = of.state.runs["run-1"]
    given = replace(run.request, variables={"Greeting": "hi"})
    assert values_for(of.state, replace(run, request=given))["Greeting"] == "hi"


def test_names_have_no_case() -> None:
    """V8: the last one wins."""
    assert lookup({"Greeting": "hello", "GREETING": "hi"}) == {"greeting": "hi"}


def test_system_variables() -> None:
    """V1: by the names Octopus has for them."""
    of = world(script("A"))
    of.start("go", environment="test", tenant="contoso")
    found = values(of, 0)
    assert found == {
        "Octopus.Space.Name": "Test",
        "Octopus.Runbook.Id": "go",
        "Octopus.Runbook.Name": "Go",
        "Octopus.RunbookRun.Id": "run-1",
        "Octopus.Task.Id": "run-1",
        "Octopus.Deployment.CreatedBy.Username": "ann",
        "Octopus.Environment.Id": "test",
        "Octopus.Environment.Name": "Test",
        "Octopus.Deployment.Tenant.Id": "contoso",
        "Octopus.Deployment.Tenant.Name": "Contoso",
        "Octopus.Step.Name": "A",
        "Octopus.Step.Number": "1",
        "Octopus.WorkerPool.Id": "setup",
        "Octopus.WorkerPool.Name": "Setup",
        "Octopus.Worker.Id": "worker1",
        "Octopus.Worker.Name": "worker1",
    }


def test_later_steps_read_what_scripts_have_set_and_how_they_went() -> None:
    """V7: output variables of a step, and its status in Octopus's words."""
    of = world(script("A"), script("B", condition="failure"), script("C"))
    of.start("go")
    outcome = commands.Outcome(state="succeeded", outputs={"Address": "10.0.0.7"})
    of.send(commands.ReportOutcome(job="job-1.1", attempt=1, outcome=outcome))
    assert values(of, 2)["Octopus.Action[A].Output.Address"] == "10.0.0.7"
    assert "Octopus.Step[A].Status.Code" not in values(of, 2)
    found = values_for(of.state, of.state.runs["run-1"], 2, "#{Octopus.Step[A].Status.Code}")
    assert found["Octopus.Step[A].Status.Code"] == "Succeeded"
    assert (found["Octopus.Step[B].Status.Code"], found["Octopus.Action[B].IsSkipped"]) == ("Skipped", "True")


def test_what_a_child_has_set_comes_back() -> None:
    """V7: under the step that waited for it."""
    of = World(model({"make": [script("A")], "go": [child("Make", "make", wait=True), script("B")]}))
    of.start("go")
    outcome = commands.Outcome(state="succeeded", outputs={"Address": "10.0.0.7"})
    of.send(commands.ReportOutcome(job="job-2.1", attempt=1, outcome=outcome))
    assert values(of, 1)["Octopus.Action[Make].Output.Run[A].Address"] == "10.0.0.7"


def test_a_step_without_a_worker_names_none() -> None:
    """V1: a manual one."""
    of = world(manual("Ask"))
    of.start("go")
    assert "Octopus.Worker.Name" not in values(of, 0)


def test_a_failed_run_knows_its_error() -> None:
    """S3: for `failure` and `always` steps."""
    of = world(script("A", simulate=FAILS), script("B", condition="always"))
    of.start("go")
    of.run_until(1.5)
    assert values(of)["Octopus.Deployment.Error"] == "step “A” failed: exit code 1"


def test_later_steps_read_answers_as_output_variables() -> None:
    """I4."""
    of = world(manual("One"), manual("Two", start="with-previous"), script("A", condition="always"))
    of.start("go")
    of.answer("abort", "no money")
    found = values(of)
    output = "Octopus.Action[One].Output.Manual"
    assert found[f"{output}.Notes"] == "no money"
    assert found[f"{output}.Approved"] == "False"
    assert found[f"{output}.ResponsibleUser.Username"] == "ann"
    assert not any(name.startswith("Octopus.Action[Two].Output") for name in found)


def test_sensitive_values_are_stars_and_prompts_their_default() -> None:
    """V5, V6: what the engine fills in is seen by people."""
    of = world(
        script("A"),
        Password=(Value(kind="sensitive", secret=Secret(env="PASSWORD")),),
        Colour=(Value(kind="prompt", prompt=Prompt(default="blue")),),
    )
    of.start("go")
    assert (values(of)["Password"], values(of)["Colour"]) == ("********", "blue")


def test_a_deployment_knows_its_project_its_release_and_what_is_there() -> None:
    """V1: the system variables of a deployment; a runbook has others."""
    of = World(shop(script("A"), script("B")))
    release(of, version="1.0")
    deploy(of, "1.0", "test")
    release(of, version="1.1", notes="all new")
    of.start("shop", release="1.1", environment="test")
    run = of.state.runs["run-2"]
    found = values_for(of.state, run)
    assert {name: value for name, value in found.items() if "Project" in name or "Release" in name} == {
        "Octopus.Project.Id": "shop",
        "Octopus.Project.Name": "Shop",
        "Octopus.Release.Id": "shop/1.1",
        "Octopus.Release.Number": "1.1",
        "Octopus.Release.Notes": "all new",
        "Octopus.Release.Channel.Id": "stable",
        "Octopus.Release.Channel.Name": "Stable",
        "Octopus.Release.CurrentForEnvironment.Number": "1.0",
    }
    assert found["Octopus.Deployment.Id"] == "run-2"
    assert "Octopus.Runbook.Id" not in found
    assert scope_context(of.state, run).channel == ("stable",)


def test_a_runbook_of_a_project_knows_its_project() -> None:
    """V1."""
    of = World(shop(runbooks={"tidy": Runbook(name="Tidy", steps=(script("A"),), project="shop")}))
    of.start("tidy")
    found = values_for(of.state, of.state.runs["run-1"])
    assert (found["Octopus.Project.Name"], found["Octopus.Runbook.Name"]) == ("Shop", "Tidy")
    assert "Octopus.Release.Number" not in found


def test_v4_what_a_project_says_beats_its_sets_and_those_the_space() -> None:
    """V4, V3: among values as specific as one another; a narrower one wins wherever it stands."""
    narrow = Value(value="narrow", scope=Scope(environment=("test",)))

    def table(text: str, *names: str) -> dict[str, tuple[Value, ...]]:
        return {name: (Value(value=text),) for name in names}

    space = table("space", "All", "Sets", "Space") | {"Narrow": (narrow,)}
    sets = {"one": table("one", "All", "Sets", "Narrow"), "two": table("two", "Two")}
    shop = Project(
        deployment=Runbook(name="Shop"), variable_sets=("one", "two"), variables=table("project", "ALL")
    )
    of = World(
        model(
            {"go": Runbook(name="Go", project="shop", steps=(script("A"),)), "apart": [script("A")]},
            projects={"shop": shop},
            variable_sets=sets,
            variables=space,
        )
    )
    of.start("go", environment="test")
    of.start("apart", environment="test")
    found = {name: value for name, value in values(of).items() if not name.startswith("Octopus")}
    assert found == {"ALL": "project", "Sets": "one", "Narrow": "narrow", "Two": "two", "Space": "space"}
    apart = values_for(of.state, of.state.runs["run-2"])
    assert (apart["All"], "Two" in apart) == ("space", False)


def test_v4_what_was_published_in_a_set_is_seen_by_its_projects() -> None:
    """V4: it beats what the set declares for the same place; elsewhere it does not hold."""
    of = World(
        model(
            {"go": Runbook(name="Go", project="shop", steps=(script("A"),))},
            projects={"shop": Project(deployment=Runbook(name="Shop"), variable_sets=("dns",))},
            variable_sets={"dns": {"Address": (Value(value="declared"),)}},
        )
    )
    of.start("go", environment="test")
    of.start("go", environment="production")
    told = {"dns": {"Address": {"test": "10.0.0.7"}, "Everywhere": {"": "so"}}}
    state = replace(of.state, published=HashTrieMap(told))
    test, production = (values_for(state, state.runs[run]) for run in ("run-1", "run-2"))
    assert (test["Address"], production["Address"]) == ("10.0.0.7", "declared")
    assert test["Everywhere"] == production["Everywhere"] == "so"


def test_i6_what_people_said_and_filled_in_is_read_by_later_steps() -> None:
    """I4, I6, V5: all notes, who approved, whether it expired; sensitive values hidden."""
    fields = {"Size": Prompt(), "Key": Prompt(kind="sensitive", required=False)}
    action = Manual(instructions="x", approvals=2, expires=60.0, on_expiry="proceed", fields=fields)
    for late in (False, True):
        defaults = {name: replace(each, required=False) for name, each in fields.items()}
        declared = replace(action, fields=defaults) if late else action
        world = World(model({"go": [replace(manual("Ask"), action=declared), manual("B")]}))
        world.start("go")
        world.answer("proceed", "fine", "ann", {"Size": "large", "Key": "hunter22"})
        if late:
            world.run_until(100)
        else:
            world.answer("proceed", "me too", "bob", {"Size": "small", "Key": "hunter33"})
        output = "Octopus.Action[Ask].Output."
        values = values_for(world.state, world.state.runs["run-1"], 1)
        told = {name.removeprefix(output): each for name, each in values.items() if name.startswith(output)}
        assert told == {
            "Size": "large" if late else "small",
            "Key": "" if late else "********",
            "Manual.Approved": "True",
            "Manual.Notes": "fine" if late else "fine\nme too",
            "Manual.ResponsibleUser.Username": "" if late else "bob",
            "Manual.ApprovedBy": "ann" if late else "ann, bob",
            "Manual.Expired": str(late),
        }


class TestV6WhatACallerSaysIsTheValueOfThePrompt:
    """A prompt of one step, and a value of the model elsewhere: nobody may replace that."""

    ASKED = (
        Value(value="fixed"),
        Value(kind="prompt", prompt=Prompt(), scope=Scope(step=("A",))),
    )

    def run(self, of: World) -> Run:
        return of.state.runs["run-1"]

    def test_v6_it_holds_where_it_is_asked_for_and_nowhere_else(self) -> None:
        of = world(script("A"), script("B"), Size=self.ASKED)
        of.start("go", variables={"size": "$(id)"})
        assert values(of, 0)["Size"] == "$(id)"
        assert values(of, 1)["Size"] == "fixed"
        assert values(of)["Size"] == "fixed"
        assert overruled(of.state, self.run(of), script("B")) == {"Size"}

    def test_v3_v6_also_where_the_other_value_is_the_more_specific_one(self) -> None:
        fixed = Value(value="fixed", scope=Scope(step=("B",)))
        of = world(script("A"), script("B"), Size=(Value(kind="prompt", prompt=Prompt()), fixed))
        of.start("go", variables={"Size": "given"})
        assert (values(of, 0)["Size"], values(of, 1)["Size"]) == ("given", "fixed")

    def test_v6_a_run_keeps_its_value_where_the_prompt_is_gone_meanwhile(self) -> None:
        of = world(script("A"), Size=(Value(kind="prompt", prompt=Prompt()),))
        of.start("go", variables={"Size": "given"})
        of.send(LoadModel(replace(of.state.model, variables={"Size": (Value(value="fixed"),)})))
        assert values(of, 0)["Size"] == "given"

    def test_v6_a_run_of_an_earlier_version_keeps_what_nobody_asks_for(self) -> None:
        of = world(script("A"), Size=(Value(value="fixed"),))
        of.start("go")
        run = self.run(of)
        kept = replace(run.request, variables={"Size": "given", "Other": "too"})
        found = values_for(of.state, replace(run, request=kept), 0)
        assert (found["Size"], found["Other"]) == ("given", "too")

    def test_v6_what_a_schedule_says_holds_everywhere(self) -> None:
        of = world(script("A"), script("B"), Size=self.ASKED, Place=(Value(value="the model"),))
        said = {"Size": "of #{Place}"}
        nightly = Schedule(name="N", cron="0 3 * * *", runbook="go", variables=said)
        of.send(LoadModel(replace(of.state.model, schedules={"n": nightly})))
        of.send(StartDue(schedule="n", due=START))
        known = [lookup(values(of, step)) for step in (0, 1)]
        assert [fill_in("#{Size}", each).text for each in known] == ["of the model", "of the model"]


def test_v6_what_people_and_scripts_say_is_no_text_of_the_model() -> None:
    """V5, V6: a filter in it would show a secret unmasked; what a prompt offers is filled in."""
    hostile = "#{Secret | Substring 0 3} #{Secret | ToUpper} ##{x}"
    prompt, offered = Value(prompt=Prompt()), Value(prompt=Prompt(default="of #{Octopus.Environment.Name}"))
    of = world(
        script("Say", simulate=Simulate(takes=1.0)),
        manual("Ask"),
        script("After"),
        Secret=(Value(value="hunter22"),),
        Version=(prompt,),
        Place=(offered,),
    )
    of.start(
        "go", environment="test", variables={"Version": hostile, "Place": "of #{Octopus.Environment.Name}"}
    )
    of.report("job-1.1", "succeeded", outputs={"Url": hostile})
    of.run_out()
    of.answer(notes=hostile)
    of.run_out()
    known = lookup(values_for(of.past, of.past.runs["run-1"]))
    for name in (
        "Version",
        "Octopus.Action[Say].Output.Url",
        "Octopus.Action[Ask].Output.Manual.Notes",
    ):
        assert fill_in(f"#{{{name}}}", known).text == hostile
    assert fill_in("#{Place}", known).text == "of Test"
