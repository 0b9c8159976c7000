"""What is refused, and what people may do."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.commands import Command, Refused
from octotui.engine.decide.decide import decide
from octotui.engine.decide.transaction import Transaction
from octotui.engine.rules.authorization import may_answer
from octotui.engine.state import State
from octotui.model.space import Tenant
from tests.world import World, child, engine, manual, model, packages, script


def asking(*teams: str) -> World:
    """A run that asks these teams."""
    world = World(model({"go": [manual("Ask", teams), script("A")]}))
    world.start("go")
    return world


def refusal(world: World, command: Command) -> str:
    """Why a command is refused; the State is the same afterwards."""
    before = world.state
    with pytest.raises(Refused) as refused:
        world.send(command)
    assert world.state is before
    return str(refused.value)


def take(user: str, question: str = "question-1") -> Command:
    return commands.TakeInterruption(interruption=question, user=user)


def answer(user: str, question: str = "question-1") -> Command:
    return commands.AnswerInterruption(interruption=question, user=user, answer="proceed")


class TestQuestions:
    def test_someone_takes_it_and_then_answers(self) -> None:
        """I2, I4: who, when, what, notes are kept."""
        world = asking("finance")
        world.send(take("ann"))
        world.now += 5
        world.answer("proceed", "it is fine")
        kept = world.past.interruptions["question-1"]
        assert (kept.responsible, kept.answer, kept.notes) == ("ann", "proceed", "it is fine")
        assert kept.ended_at == kept.raised_at + 5

    def test_only_who_took_it_answers(self) -> None:
        """I2."""
        world = asking()
        assert refusal(world, answer("ann")) == "nobody is responsible for “Ask” yet: take it first"
        world.send(take("ann"))
        assert refusal(world, answer("bob")) == "ann has taken “Ask”, and only they may answer"
        assert refusal(world, take("bob")) == "ann has taken “Ask”"
        assert world.send(take("ann")) == ()

    def test_only_a_member_of_a_responsible_team_takes_it(self) -> None:
        """I2."""
        world = asking("finance")
        assert refusal(world, take("bob")) == "only Finance may answer “Ask”, and bob is not a member"

    @pytest.mark.parametrize("teams", [(), ("anyone",), ("finance", "anyone")])
    def test_without_a_team_or_members_anyone_does(self, teams: tuple[str, ...]) -> None:
        """I2."""
        world = asking(*teams)
        world.send(take("bob"))
        assert world.past.interruptions["question-1"].responsible == "bob"

    def test_a_team_that_has_gone_lets_nobody_in(self) -> None:
        """I2: somebody took the team out of the model while the run asked it."""
        world = asking("finance")
        world.send(commands.LoadModel(replace(world.state.model, teams={})))
        question = world.state.interruptions["question-1"]
        assert may_answer(world.state, question, "ann").startswith("only finance may answer")

    def test_an_answer_counts_once(self) -> None:
        """I5: proceed twice is refused, the state unchanged."""
        world = World(model({"go": [manual("Ask"), manual("Too", start="with-previous")]}))
        world.start("go")
        world.answer("abort")
        assert refusal(world, answer("ann")) == "“Ask” was answered already: ann said abort"
        world.answer()
        gone = "there is no open question question-1: it was answered, or its run has ended"
        assert refusal(world, answer("ann")) == gone

    def test_a_question_of_a_cancelled_run_needs_no_answer(self) -> None:
        """I5, Q6: while others of its family go on."""
        world = World(
            model(
                {
                    "top": [child("Go", "go", wait=True), script("A", start="with-previous")],
                    "go": [manual("Ask")],
                }
            )
        )
        world.start("top")
        world.send(commands.CancelRun(run="run-2"))
        assert (
            refusal(world, take("ann")) == "“Ask” needs no answer any more: run-2 has ended or is being ended"
        )


class TestRefused:
    @pytest.mark.parametrize(
        ("command", "reason"),
        [
            (commands.StartRun(process="no"), "there is no runbook or project no"),
            (commands.StartRun(process="go", environment="no"), "there is no environment no"),
            (commands.StartRun(process="go", tenant="no"), "there is no tenant no"),
            (commands.ReportHealth("no", "healthy"), "there is no worker or target “no”"),
            (commands.CancelRun(run="no"), "no cannot be cancelled: it has ended, or there is no such run"),
        ],
    )
    def test_what_is_not_there(self, command: Command, reason: str) -> None:
        """R1: a command that makes no sense changes nothing."""
        assert refusal(World(model({"go": [script("A")]})), command) == reason

    def test_cancelling_twice(self) -> None:
        """Q6."""
        world = World(model({"go": [script("A")]}))
        world.start("go")
        world.send(commands.CancelRun(run="run-1"))
        assert refusal(world, commands.CancelRun(run="run-1")) == "run-1 is being ended already"


class TestIgnored:
    def test_health_that_is_known(self) -> None:
        """R2: no event where nothing changes."""
        world = World(model({}))
        assert len(world.send(commands.ReportHealth("worker1", "unhealthy"))) == 1
        assert world.send(commands.ReportHealth("worker1", "unhealthy")) == ()

    def test_packages_nobody_waits_for(self) -> None:
        """P1: chosen once, and fixed for the run; one that needs none is not queued twice."""
        world = World(
            model(
                {"go": [script("A")], "build": [script("B", packages=packages("image"))]},
                **engine(task_cap=1),
            )
        )
        for process in ("go", "go", "build"):
            world.start(process)
        for run in ("run-1", "run-2", "run-3", "run-9"):
            assert world.send(commands.ChoosePackages(run=run, versions={"image": "9.9.9"})) == ()
        assert world.state.runs["run-3"].selection.versions == {"image": "1.0.0"}
        assert len(world.state.ready) == 2


class TestReopen:
    def test_jobs_that_were_running_go_on(self) -> None:
        """R4: opening a space again changes nothing of them; their executor says how they end."""
        world = World(model({"go": [script("A"), script("A2", start="with-previous")]}))
        world.start("go")
        before = world.state
        assert world.send(commands.Reopen()) == ()
        assert world.state == before
        world.report("job-1.1")
        world.report("job-1.2", "lost", reason="killed")
        world.answer("fail")
        assert world.steps("run-1") == ["succeeded", "lost"]
        assert world.ends() == {"run-1": "failed"}

    def test_what_only_waited_goes_on(self) -> None:
        """R4: queued and paused runs, and jobs in a lock's line."""
        runbooks = {
            "build": [script("B", packages=packages("image"))],
            "go": [script("A")],
            "ask": [manual("Ask")],
        }
        world = World(model(runbooks, 1, **engine(task_cap=2)))
        for process in ("ask", "build", "go", "go"):
            world.start(process)
        world.send(commands.Reopen())
        world.run_out()
        assert world.ends() == {
            "run-1": "paused",
            "run-2": "succeeded",
            "run-3": "succeeded",
            "run-4": "succeeded",
        }

    def test_what_starts_now_obeys_the_new_model(self) -> None:
        """R4: a worker that is gone by now is not selected for a run that had waited."""
        world = World(model({"go": [script("A")]}, **engine(task_cap=1)))
        world.start("go")
        world.start("go")
        emitted = world.send(commands.Reopen(model({"go": [script("A")]}, workers=1)))
        assert type(emitted[0]) is events.ModelLoaded
        assert world.state.runs["run-2"].selection.leases[0].worker == "worker1"


def test_a_command_nobody_knows_is_a_bug() -> None:
    """R2: loudly."""
    with pytest.raises(AssertionError):
        decide(Transaction(State(), 0.0), "go")  # type: ignore[arg-type]


def test_a_run_is_of_a_tenant() -> None:
    """V2: when it is started for one."""
    world = World(model({"go": []}, tenants={"contoso": Tenant(name="Contoso")}))
    world.start("go", tenant="contoso")
    assert world.run("run-1").request.tenant == "contoso"


def test_a_refusal_is_kept_and_changes_nothing_else() -> None:
    """I6: who was refused what, from where, is an event."""
    world = World(model({"go": [script("A")]}))
    before = world.state
    (event,) = world.send(
        commands.RecordRefusal(
            user="eve", action="CancelRun", subject="run-1", reason="no right", origin="pts/3"
        )
    )
    assert isinstance(event, events.ActionRefused)
    assert (event.user, event.subject, event.origin) == ("eve", "run-1", "pts/3")
    assert replace(world.state, seq=before.seq, at=before.at) == before
