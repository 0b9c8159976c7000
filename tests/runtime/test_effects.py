"""What must be done follows from the events: who starts, who is stopped, and what is reported."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import CancelRun, LoadModel, StartRun
from octotui.engine.state import JobProgress, Outcome, State
from octotui.model.space import Feed, Pool, Worker
from octotui.runtime.jobs.package_acquisition import Chosen
from octotui.store.journal.in_memory import MemoryJournal
from octotui.store.logs.log_reader import LogReader
from octotui.workers.machine import Machine
from octotui.workers.simulated import SimulatedExecutor
from tests.runtime.reading import said
from tests.runtime.rig import Hands, Rig, SlowJournal, play, soon
from tests.world import World, model, packages, script

SMALL = model({"a": [script("Run")]})


def test_a_job_starts_once_its_start_is_committed_and_its_end_is_reported(tmp_path: Path) -> None:
    hands = Hands()

    async def main(rig: Rig) -> None:
        run = await rig.start("a")
        await soon()
        assert [(work.job, work.worker, work.script) for work in hands.begun] == [
            ("job-1.1", "worker1", "true")
        ]
        hands.outputs["job-1.1"](b"hello\n")
        hands.end("job-1.1", Outcome(state="failed", exit_code=3, reason="exit code 3"))
        await rig.until(lambda: rig.run_state(run) == "failed")
        with LogReader(rig.session.log_path("run-1", "job-1.1")) as log:
            assert log.tail(1) == ["hello"]
        assert (await rig.session.family(run)).jobs["job-1.1"].exit_code == 3

    play(SMALL, tmp_path, main, executor=hands)


def test_warnings_of_the_texts_join_those_of_the_job(tmp_path: Path) -> None:
    from octotui.model.process import Script, Step

    hands = Hands()
    step = Step(name="Run", action=Script(body="echo #{Unknown}"), pool="setup")

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await soon()
        hands.end("job-1.1", Outcome(state="succeeded", exit_code=0, warnings=("mine",)))
        await rig.until(lambda: rig.run_state("run-1") == "succeeded")
        job = (await rig.session.family("run-1")).jobs["job-1.1"]
        assert (job.state, job.exit_code) == ("succeeded-with-warnings", 0)
        assert job.warnings == ("there is no variable Unknown", "mine")
        with LogReader(rig.session.log_path("run-1", "job-1.1")) as log:
            assert log.tail(2) == ["octotui: there is no variable Unknown", "octotui: mine"]

    play(model({"a": [step]}), tmp_path, main, executor=hands)


def test_later_steps_get_what_a_script_has_set_and_nobody_sees_what_is_sensitive(tmp_path: Path) -> None:
    """V5, V7: a sensitive output variable reaches scripts, but no journal, log or reason."""
    from octotui.model.process import Script, Step

    hands, journal = Hands(), MemoryJournal()
    second = Step(name="B", action=Script(body="#{Octopus.Action[A].Output.Address} $TOKEN"), pool="setup")

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await soon()
        told = said("setVariable", name="Address", value="10.0.0.7")
        hands.outputs["job-1.1"](told + said("setVariable", name="Token", value="hunter22", sensitive="True"))
        hands.end("job-1.1", Outcome(state="succeeded", exit_code=0))
        await rig.until(lambda: len(hands.begun) == 2)
        assert hands.begun[1].script == "10.0.0.7 $TOKEN"
        assert hands.begun[1].environment["Octopus_Action_A_Output_Token"] == "hunter22"
        hands.outputs["job-1.2"](b"it is hunter22\n")
        hands.end("job-1.2", Outcome(state="failed", exit_code=1, reason="exit code 1"))
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        with LogReader(rig.session.log_path("run-1", "job-1.2")) as log:
            assert log.tail(1) == ["it is ********"]
        assert "10.0.0.7" in repr(list(journal.read()))
        assert "hunter22" not in repr(list(journal.read()))

    play(model({"a": [script("A"), second]}), tmp_path, main, executor=hands, journal=journal)


def test_a_template_gets_its_parameters_and_nobody_sees_what_is_sensitive(tmp_path: Path) -> None:
    """S1, V5: parameters are variables of their step alone, before all others; the journal has texts."""
    from octotui.model.process import Script, Step, TemplateCall
    from octotui.model.space import Value

    hands, journal = Hands(), MemoryJournal()
    action = TemplateCall(
        body="curl #{Url} #{Where}",
        template="fetch",
        parameters={"Url": "#{Url}/api", "Token": "#{Name}-hunter22"},
        sensitive=("Token",),
        needs=("curl",),
    )
    fetch = Step(name="Fetch", action=action, pool="setup")
    later = Step(name="Later", action=Script(body="#{Url}"), pool="setup")
    variables = {name: (Value(value=value),) for name, value in {"url": "https://x", "Name": "ann"}.items()}

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await soon()
        (work,) = hands.begun
        assert (work.script, work.needs) == ("curl https://x/api #{Where}", ("curl",))
        assert (work.environment["Url"], work.environment["Token"]) == ("https://x/api", "ann-hunter22")
        assert "url" not in work.environment
        hands.outputs["job-1.1"](b"it is ann-hunter22\n")
        hands.end("job-1.1")
        await rig.until(lambda: len(hands.begun) == 2)
        assert hands.begun[1].script == "https://x"
        with LogReader(rig.session.log_path("run-1", "job-1.1")) as log:
            assert log.tail(2) == ["octotui: there is no variable Where", "it is ********"]
        assert "#{Name}-hunter22" in repr(list(journal.read()))
        assert "ann-hunter22" not in repr(list(journal.read()))

    play(model({"a": [fetch, later]}, variables=variables), tmp_path, main, executor=hands, journal=journal)


def test_a_job_that_is_cancelled_is_stopped_where_it_runs(tmp_path: Path) -> None:
    hands = Hands()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await soon()
        await rig.session.send(CancelRun(run="run-1"))
        await rig.until(lambda: rig.run_state("run-1") == "cancelled")
        assert hands.stopped == ["job-1.1"]

    play(SMALL, tmp_path, main, executor=hands)


def test_one_that_is_cancelled_before_it_began_does_not_begin(tmp_path: Path) -> None:
    """Both commits come back in one turn of the loop, before the job's task has run."""
    hands, journal = Hands(), SlowJournal()

    async def main(rig: Rig) -> None:
        sending = [asyncio.ensure_future(rig.session.send(StartRun(process="a")))]
        await soon()
        sending.append(asyncio.ensure_future(rig.session.send(CancelRun(run="run-1"))))
        await soon()
        while not all(each.done() for each in sending) or journal.waiting:
            journal.write()
            await soon()
        assert hands.begun == []
        assert rig.run_state("run-1") == "cancelled"

    play(SMALL, tmp_path, main, executor=hands, journal=journal)


def test_an_output_that_cannot_be_kept_ends_the_job(tmp_path: Path) -> None:
    hands = Hands()

    async def main(rig: Rig) -> None:
        (tmp_path / "space").mkdir(exist_ok=True)
        (tmp_path / "space" / "logs").write_text("in the way")
        await rig.start("a")
        await soon()
        hands.outputs["job-1.1"](b"hello\n")
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        assert hands.stopped == ["job-1.1"]
        reason = (await rig.session.family("run-1")).runs["run-1"].reason
        assert "its output cannot be kept in" in reason
        assert "Not a directory" in reason

    play(SMALL, tmp_path, main, executor=hands)


def test_an_executor_that_breaks_down_ends_the_session(tmp_path: Path) -> None:
    hands = Hands()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await soon()
        hands.break_down("job-1.1", ZeroDivisionError("a bug"))
        with pytest.raises(ZeroDivisionError):
            async for _ in rig.session.states():
                pass

    play(SMALL, tmp_path, main, executor=hands)


def test_a_worker_works_in_the_space_or_where_it_says(tmp_path: Path) -> None:
    hands = Hands()
    workers = {"worker1": Worker(name="worker1", directory="/elsewhere"), "worker2": Worker(name="worker2")}

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.start("a")
        await soon()
        folders = [work.directory for work in hands.begun]
        assert folders == ["/elsewhere", str(tmp_path / "space" / "workers" / "worker2")]

    small = replace(model({"a": [script("Run")]}, workers=2), workers=workers)
    play(small, tmp_path, main, executor=hands)


def test_closing_lets_go_of_what_runs_and_begins_nothing(tmp_path: Path) -> None:
    hands = Hands()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await soon()
        await rig.session.send(StartRun(process="a"))
        await rig.session.close()
        assert hands.stopped == []
        assert hands.jobs == ["job-1.1"]

    play(SMALL, tmp_path, main, executor=hands)


class Feeds:
    """Feeds that answer when told, and note who asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.answers: asyncio.Queue[Chosen] = asyncio.Queue()
        self.acquired: list[str] = []
        self.stopped: list[str] = []

    async def choose(self, declared: object, needed: tuple[str, ...]) -> Chosen:
        self.asked.append(needed)
        return await self.answers.get()

    async def acquire(
        self, declared: object, job: object, machine: Machine, output: object, in_use: object
    ) -> Outcome:
        self.acquired.append(machine.directory)
        await asyncio.sleep(5)
        return Outcome(state="succeeded")

    async def provide(
        self, declared: object, job: object, needed: object, machine: Machine, target: str
    ) -> tuple[str, ...]:
        return ()

    def stop(self, job: str) -> None:
        self.stopped.append(job)


NEEDY = model({"a": [script("Run", packages=packages("tools"))]}, feeds={"f": Feed(directory="/none")})
CHOSEN = ({"tools": "1.0"}, ())


def test_versions_are_chosen_one_run_after_the_other(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.start("a")
        await asyncio.sleep(1)
        assert len(feeds.asked) == 1
        feeds.answers.put_nowait(CHOSEN)
        await asyncio.sleep(1)
        assert len(feeds.asked) == 2
        assert rig.state.runs["run-1"].selection.versions == {"tools": "1.0"}
        assert rig.state.runs["run-2"].selection.versions is None
        feeds.answers.put_nowait(({}, ("no feed holds the package tools.",)))
        await rig.until(lambda: rig.run_state("run-2") == "failed")
        assert feeds.acquired == [str(tmp_path / "space" / "workers" / "worker1")]
        await rig.until(lambda: rig.run_state("run-1") == "succeeded")

    feeds = Feeds()
    play(NEEDY, tmp_path, main, acquirer=feeds, executor=SimulatedExecutor())


def test_what_an_earlier_session_did_not_choose_is_chosen_at_the_start(tmp_path: Path) -> None:
    from octotui.engine.advance import advance

    state, _ = advance(State(), LoadModel(NEEDY), 1.0)
    state, _ = advance(state, StartRun(process="a"), 2.0)
    assert state.runs["run-1"].selection.versions is None

    async def main(rig: Rig) -> None:
        feeds.answers.put_nowait(CHOSEN)
        await asyncio.sleep(1)
        assert rig.state.runs["run-1"].selection.versions == {"tools": "1.0"}

    feeds = Feeds()
    play(NEEDY, tmp_path, main, acquirer=feeds, state=state)


def test_an_acquisition_is_stopped_with_its_run(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        feeds.answers.put_nowait(CHOSEN)
        await rig.start("a")
        await asyncio.sleep(1)
        await rig.session.send(CancelRun(run="run-1"))
        await soon()
        assert feeds.stopped == ["job-1.1"]

    feeds = Feeds()
    play(NEEDY, tmp_path, main, acquirer=feeds)


def test_s8_what_is_cancelled_before_its_image_is_pulled_pulls_none(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        feeds.answers.put_nowait(CHOSEN)
        await rig.start("a")
        await asyncio.sleep(1)
        assert feeds.acquired
        await rig.session.send(CancelRun(run="run-1"))
        await rig.until(lambda: rig.run_state("run-1") == "cancelled")
        assert hands.begun == []

    feeds, hands = Feeds(), Hands()
    boxed = script("Run", packages=packages("tools"), container="alpine:3", runs_contained=True)
    play(
        model({"a": [boxed]}, feeds={"f": Feed(directory="/none")}),
        tmp_path,
        main,
        acquirer=feeds,
        executor=hands,
    )


def test_the_world_of_the_core_tests_and_a_session_agree(tmp_path: Path) -> None:
    world = World(SMALL)
    world.start("a")
    world.run_out()

    async def main(rig: Rig) -> list[str]:
        told: list[str] = []
        rig.session.listen(lambda events, before, after: told.extend(type(each).__name__ for each in events))
        await rig.start("a")
        await rig.until(lambda: told[-1] == "RunEnded")
        return told

    told = play(SMALL, tmp_path, main, executor=SimulatedExecutor())
    assert told == [type(each).__name__ for each in world.events[1:]]


def test_progress_is_reported_up_to_the_end_and_not_after(tmp_path: Path) -> None:
    """V7: two words a second, the last one before the outcome."""
    hands = Hands()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await soon()
        for percentage in range(10, 60, 10):
            hands.outputs["job-1.1"](said("progress", percentage=str(percentage), message="so") + b"\n")
        await soon()
        assert rig.state.jobs["job-1.1"].progress == JobProgress(10, "so")
        hands.end("job-1.1")
        await rig.until(lambda: rig.run_state("run-1") == "succeeded")
        await asyncio.sleep(5)
        told = [type(each).__name__ for each in rig.journal.family("run-1")]
        assert told[-4:] == ["JobProgressed", "JobProgressed", "JobEnded", "RunEnded"]
        assert (await rig.session.family("run-1")).jobs["job-1.1"].progress == JobProgress(50, "so")

    play(SMALL, tmp_path, main, executor=hands)


def test_each_attempt_has_a_heading_in_the_log(tmp_path: Path) -> None:
    """S5: the log has them all."""
    hands = Hands()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await soon()
        hands.outputs["job-1.1"](b"no luck")
        hands.end("job-1.1", Outcome(state="failed", exit_code=3, reason="exit code 3"))
        await asyncio.sleep(20)
        hands.outputs["job-1.1"](b"luck\n")
        hands.end("job-1.1")
        await rig.until(lambda: rig.run_state("run-1") == "succeeded")
        with LogReader(rig.session.log_path("run-1", "job-1.1")) as log:
            assert log.tail(9) == ["no luck", "octotui: attempt 2", "luck"]
        job = (await rig.session.family("run-1")).jobs["job-1.1"]
        assert [(each.reason, each.exit_code) for each in job.attempts] == [("exit code 3", 3)]

    play(model({"a": [script("Run", retries=1)]}), tmp_path, main, executor=hands)


def test_m1_nothing_begins_here_that_was_for_a_machine_which_the_model_has_no_more(tmp_path: Path) -> None:
    """M1: a name without an entry is this machine, and a script of another one must not run on it."""
    hands = Hands()
    later = script("Later", condition="always")
    declared = model({"a": [script("Run"), later]}, workers=1)
    elsewhere = {
        "pools": {"setup": Pool(name="Setup", workers=("other",))},
        "workers": {"other": Worker(name="other")},
    }

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await soon()
        await rig.session.send(LoadModel(replace(declared, **elsewhere)))
        hands.end("job-1.1")
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        assert [work.job for work in hands.begun] == ["job-1.1"]
        family = await rig.session.family("run-1")
        said = {job.reason for job in family.jobs.values()}
        assert "worker1 is not in the model any more: put it back, or start the run again" in said

    play(declared, tmp_path, main, executor=hands)
