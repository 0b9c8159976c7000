"""V5, V6: what a step gives to the run it starts."""

import pytest
from msgspec.structs import replace

from octotui.engine.commands import StartRun
from octotui.engine.events import InterruptionRaised, JobEnded, RunQueued
from octotui.engine.rules.variable_context import values_for
from octotui.model.process import Manual, Runbook, StartRunbook, Step
from octotui.model.space import Model, Scope, Value
from octotui.model.values import Prompt, Secret
from tests.world import START, World, manual, model, script

TEXT = Value(kind="prompt", prompt=Prompt(required=False))
SECRET = Value(kind="sensitive", secret=Secret(env="PASSWORD"))


def starts(variables: dict[str, str] | None = None, **more: object) -> Step:
    """A step that gives values to the run it starts."""
    action = StartRunbook(runbook="child", variables=variables or {}, **more)  # type: ignore[arg-type]
    return Step(name="Start", action=action, pool="setup")


def family(*steps: Step, child: Runbook | None = None, **declared: tuple[Value, ...]) -> Model:
    """A runbook of these steps, the one it starts, and variables."""
    below = child or Runbook(name="Child", steps=(script("Work"),))
    return model({"top": list(steps), "child": below}, variables=declared)


def queued(world: World) -> RunQueued:
    """The run that a step started."""
    return next(event for event in world.happened(RunQueued) if event.parent is not None)


def given(step: Step, **declared: tuple[Value, ...]) -> RunQueued:
    world = World(family(step, **declared))
    world.start("top")
    return queued(world)


class TestValues:
    def test_v6_they_are_filled_in_with_the_variables_of_the_parent(self) -> None:
        texts = {"Size": "#{Base}-#{Octopus.Task.Id}", "Region": "west"}
        base = (Value(value="small", scope=Scope(step=("Start",))), Value(value="none"))
        event = given(starts(texts), Base=base, Size=(TEXT,), Region=(TEXT,))
        assert event.variables == {"Size": "small-run-1", "Region": "west"}

    def test_v6_they_are_literal_in_the_child(self) -> None:
        """A value that people typed, or a script said, is filled in once and no more."""
        step = starts({"Size": "##{Octopus.Task.Id} and #{Who}"})
        declared = {"Size": (TEXT,), "Who": (TEXT,)}
        world = World(
            family(step, child=Runbook(name="C", steps=(manual("Ask", (), "#{Size}"),)), **declared)
        )
        world.start("top", variables={"Who": "#{Octopus.Space.Name}"})
        assert queued(world).variables == {"Size": "#{Octopus.Task.Id} and #{Octopus.Space.Name}"}
        (asked,) = world.happened(InterruptionRaised)
        assert asked.instructions == "#{Octopus.Task.Id} and #{Octopus.Space.Name}"

    def test_v6_what_a_step_says_holds_before_what_is_declared(self) -> None:
        """It is the model's own, as what a schedule says: any variable, and any name."""
        step = starts({"Plain": "given", "New": "too"})
        world = World(
            family(step, child=Runbook(name="C", steps=(manual("Ask"),)), Plain=(Value(value="no"),))
        )
        world.start("top", environment="test")
        values = values_for(world.state, world.state.runs["run-2"], 0)
        assert (values["Plain"], values["New"]) == ("given", "too")

    def test_v8_names_have_no_case(self) -> None:
        assert given(starts({"sIZE": "small"}), Size=(TEXT,)).variables == {"Size": "small"}

    def test_v6_at_the_time_the_step_starts(self) -> None:
        steps = [script("Measure"), starts({"Size": "#{Octopus.Action[Measure].Output.Size}"})]
        world = World(family(*steps, Size=(TEXT,)))
        world.start("top")
        world.report("job-1.1", outputs={"Size": "#{Base}"})
        assert queued(world).variables == {"Size": "#{Base}"}

    def test_v1_a_name_that_nobody_knows_stays_and_is_a_warning_of_the_child(self) -> None:
        step = starts({"Size": "#{Bse}"})
        world = World(family(step, Size=(TEXT,)))
        world.start("top")
        world.run_out()
        assert queued(world).variables == {"Size": "#{Bse}"}
        warning = "there is no variable Bse, in the value for Size"
        (ended,) = (event for event in world.happened(JobEnded) if event.run == "run-1")
        assert (ended.state, ended.warnings) == ("succeeded-with-warnings", (warning,))
        assert world.run("run-2").progress.warnings == (warning,)

    @pytest.mark.parametrize(
        ("prompt", "text", "problem"),
        [
            (Prompt(kind="select", options=("a", "b")), "#{Base}", 'Size must be one of "a", "b"'),
            (Prompt(kind="checkbox", label="Sure?"), "maybe", "Size (Sure?) must be True or False"),
            (Prompt(), " ", "Size needs a value"),
            (Prompt(kind="sensitive"), "abc", "Size has fewer than 4 characters, which cannot be masked"),
        ],
    )
    def test_v6_what_a_prompt_does_not_take_fails_the_step(
        self, prompt: Prompt, text: str, problem: str
    ) -> None:
        asked = (Value(kind="prompt", prompt=prompt, scope=Scope(process=("child",))),)
        world = World(family(starts({"Size": text}), Size=asked, Base=(Value(value="c"),)))
        world.start("top")
        (ended,) = world.happened(JobEnded)
        assert (ended.state, ended.reason.partition(":")[0]) == ("failed", problem)
        assert len(world.happened(RunQueued)) == 1

    def test_v6_a_required_prompt_has_its_value(self) -> None:
        asked = Value(kind="prompt", prompt=Prompt())
        world = World(family(starts({"Size": "small"}), Size=(asked,)))
        world.start("top", variables={"Size": "large"})
        world.run_out()
        assert world.ends() == {"run-1": "succeeded", "run-2": "succeeded"}

    def test_v1_too_much_work_fails_the_step(self) -> None:
        values = {f"A{number}": (Value(value=f"#{{A{number + 1}}}" * 9),) for number in range(20)}
        world = World(family(starts({"Size": "#{A0}"}), Size=(TEXT,), **values))
        world.start("top")
        (ended,) = world.happened(JobEnded)
        assert ended.reason.startswith("its value for Size cannot be filled in: ")

    def test_v6_started_anew_it_is_a_run_that_a_caller_starts(self) -> None:
        from octotui.engine.decide.start_run import again

        world = World(
            family(starts({"Size": "small", "Plain": "x"}), Size=(TEXT,), Plain=(Value(value="no"),))
        )
        world.start("top")
        anew = again(world.state, world.state.runs["run-2"], "ben")
        assert (anew.command.variables, anew.dropped) == ({"Size": "small"}, ("Plain",))


class TestSensitiveValues:
    @pytest.mark.parametrize(
        "text",
        ["#{Password}", "db://#{Password}@x", "#{Url}", "#{Password | ToBase64}", "#{if Password}a#{/if}"],
    )
    def test_v5_what_was_made_with_one_stands_nowhere(self, text: str) -> None:
        declared = {"Password": (SECRET,), "Url": (Value(value="x#{Password}"),), "Size": (TEXT,)}
        event = given(starts({"Size": text, "Plain": "seen"}), **declared)
        assert (event.variables, event.secrets) == ({"Plain": "seen"}, ("Size",))

    def test_v5_each_value_is_judged_for_itself(self) -> None:
        """What two of them name is filled in for each, so that neither hides behind the other."""
        declared = {"Password": (SECRET,), "Url": (Value(value="x#{Password}"),)}
        event = given(starts({"One": "#{Url}", "Two": "#{Url}", "Three": "no"}), **declared)
        assert (event.variables, event.secrets) == ({"Three": "no"}, ("One", "Two"))

    def test_v5_for_a_sensitive_variable_every_value_is_sensitive(self) -> None:
        event = given(starts({"token": "in the open"}), Token=(SECRET,))
        assert (event.variables, event.secrets) == ({}, ("Token",))

    def test_v5_nor_where_the_child_offers_a_choice(self) -> None:
        """As a choice it could be seen, and nobody knows yet what it is."""
        choice = Value(kind="prompt", prompt=Prompt(kind="select", options=("a", "b"), default="a"))
        event = given(starts({"Size": "#{Password}"}), Password=(SECRET,), Size=(choice,))
        assert (event.variables, event.secrets) == ({}, ("Size",))

    def test_v5_what_the_run_itself_was_given(self) -> None:
        world = World(family(starts({"Size": "#{Token}"}), Token=(TEXT,), Size=(TEXT,)))
        start = StartRun(process="top", variables={"Token": "hunter22"}, sensitive=("Token",))
        world.send(start)
        assert (queued(world).variables, queued(world).secrets) == ({}, ("Size",))

    def test_v5_what_a_step_gave_it_goes_on_as_sensitive(self) -> None:
        action = StartRunbook(runbook="deepest", variables={"Deep": "#{Size}"})
        below = Runbook(name="Child", steps=(Step(name="Deeper", action=action, pool="setup"),))
        runbooks = {"top": [starts({"Size": "#{Password}"})], "child": below, "deepest": [script("Work")]}
        world = World(model(runbooks, variables={"Password": (SECRET,)}))
        world.start("top")
        assert [event.secrets for event in world.happened(RunQueued)] == [(), ("Size",), ("Deep",)]

    def test_v5_outputs_and_answers_that_may_be(self) -> None:
        """No event has the names of sensitive outputs: what is not known may be one."""
        fields = {"Key": Prompt(kind="sensitive")}
        ask = Step(name="Ask", action=Manual(instructions="?", fields=fields))
        texts = {
            "One": "#{Octopus.Action[Measure].Output.Password}",
            "Two": "#{Octopus.Action[Ask].Output.Key}",
            "Three": "#{Octopus.Action[Measure].Output.Size}",
        }
        world = World(family(script("Measure"), ask, starts(texts)))
        world.start("top")
        world.report("job-1.1", outputs={"Size": "94"})
        world.answer(values={"Key": "hunter22"})
        assert (queued(world).variables, queued(world).secrets) == ({"Three": "94"}, ("One", "Two"))

    def test_v5_an_output_may_be_sensitive_whatever_its_step_is_called(self) -> None:
        world = World(
            family(
                script("Build & test, all"), starts({"One": "#{Octopus.Action[Build & test, all].Output.X}"})
            )
        )
        world.start("top")
        world.report("job-1.1")
        assert (queued(world).variables, queued(world).secrets) == ({}, ("One",))

    @pytest.mark.parametrize("step", ["Nope", "Left out", "Later"])
    def test_v1_an_output_that_does_not_come_stays_as_it_is_written_and_is_a_warning(self, step: str) -> None:
        """No step has that name, or it has not begun, so that it has set no sensitive one either."""
        text = f"#{{Octopus.Action[{step}].Output.X}}"
        left_out = script("Left out", condition="#{Size}")
        world = World(
            family(left_out, starts({"One": text}, wait=True), script("Later"), Size=(Value(value="False"),))
        )
        world.start("top")
        assert (queued(world).variables, queued(world).secrets) == ({"One": text}, ())
        world.run_out()
        warning = f"there is no variable Octopus.Action[{step}].Output.X, in the value for One"
        assert world.run("run-2").progress.warnings == (warning,)

    def test_v1_a_name_that_nobody_knows_is_a_warning_also_beside_a_sensitive_one(self) -> None:
        """But what cannot be told without knowing the value, and no name that it is part of."""
        url = (
            "#{Password}@#{Hst} #{Octopus.Action[Nope].Output.X} #{Set[#{Password}]} #{Password | FromBase64}"
        )
        world = World(family(starts({"Size": url}), Password=(SECRET,)))
        world.start("top")
        world.run_out()
        assert (queued(world).variables, queued(world).secrets) == ({}, ("Size",))
        assert world.run("run-2").progress.warnings == (
            "there is no variable Hst, in the value for Size",
            "there is no variable Octopus.Action[Nope].Output.X, in the value for Size",
        )

    def test_v5_a_text_that_holds_one_by_what_is_masked_now(self) -> None:
        from octotui.engine.advance import advance

        world = World(family(starts({"Size": "my hunter22"})))
        start = StartRun(process="top")
        _, events = advance(world.state, start, START, lambda text: text.replace("hunter22", "********"))
        event = next(event for event in events if isinstance(event, RunQueued) and event.parent)
        assert (event.variables, event.secrets) == ({}, ("Size",))

    def test_v5_texts_of_the_engine_show_none_of_it(self) -> None:
        child = Runbook(name="C", steps=(manual("Ask", (), "#{Plain}"),))
        world = World(
            family(starts({"Plain": "#{Password}"}), child=child, Password=(SECRET,), Plain=(Value(),))
        )
        world.start("top")
        (asked,) = world.happened(InterruptionRaised)
        assert asked.instructions == "********"


class TestStart:
    def test_q5_the_run_starts_at_the_time_it_says(self) -> None:
        """START is 13:46:40 in UTC, so that 15:00 is next that day."""
        world = World(family(starts(at="#{Hour}:00", wait=True), script("Then"), Hour=(Value(value="15"),)))
        world.start("top")
        until = START + 4400.0
        assert queued(world).not_before == until
        world.run_until(4399.0)
        assert world.state.runs["run-2"].state == "queued"
        world.run_out()
        assert world.run("run-2").started_at == until
        assert world.ends() == {"run-1": "succeeded", "run-2": "succeeded"}

    def test_l5_a_run_may_start_itself_anew_at_a_later_time(self) -> None:
        """As one that looks again every night does; at once it would do so for ever."""
        for at, reason in (("23:00", ""), (None, "runbook child would start itself without end")):
            again = replace(starts(wait=False, at=at), name="Again")
            world = World(family(starts(), child=Runbook(name="Child", steps=(again,))))
            world.start("child")
            world.run_until(10.0)
            (ended,) = world.happened(JobEnded)
            assert ended.reason.startswith(reason)
            assert len(world.happened(RunQueued)) == (1 if reason else 2)

    def test_q5_a_time_that_has_passed_is_now(self) -> None:
        assert given(starts(at="1970-01-12 13:46")).not_before is None

    @pytest.mark.parametrize("text", ["tomorrow", "#{Hour}:00", "2026-02-30 03:00", "03:00 Europe/Nowhere"])
    def test_q5_a_text_that_is_no_time_fails_the_step(self, text: str) -> None:
        world = World(family(starts(at=text)))
        world.start("top")
        (ended,) = world.happened(JobEnded)
        assert ended.reason.startswith("its start time cannot be read. ")
        assert len(world.happened(RunQueued)) == 1

    @pytest.mark.parametrize(
        ("caller", "says", "guided"),
        [
            (None, "on", True),
            (None, "off", False),
            (None, None, True),
            (False, "on", False),
            (True, "off", True),
        ],
    )
    def test_i7_a_step_says_whether_failures_of_its_run_ask(
        self, caller: bool | None, says: str | None, guided: bool
    ) -> None:
        """After the caller's word, before the child's own; it goes no further down."""
        child = Runbook(name="Child", steps=(script("Work"),), guided_failure="on")
        world = World(family(starts(guided_failure=says), child=child))
        world.start("top", guided=caller)
        assert (queued(world).guided, queued(world).guidance) == (guided, caller)
