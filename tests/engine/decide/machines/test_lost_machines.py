"""M6: what the loss of a machine means for the runs on it."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.decide.machines.health_checks import LATE
from octotui.engine.events import AnyEvent
from octotui.engine.rules.locks import acquisition_for, blockers
from octotui.engine.state import Answer, ForLock, Outcome, is_lost
from octotui.engine.state.records import Health
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.process import Runbook, Simulate, Step
from octotui.model.space import Engine, Model, OnLostWorker, Pool, Target, Worker
from tests.world import START, World, child, manual, model, on_targets, packages, script

LONG = Simulate(takes=500.0)
LIMIT = 30.0


def space(
    policy: OnLostWorker, *steps: Step, workers: int = 3, guided: bool = False, **pool: object
) -> Model:
    """A runbook `go` on workers that may be away for half a minute."""
    runbook = Runbook(name="Go", steps=steps, guided_failure="on" if guided else "off")
    declared = model({"go": runbook}, workers)
    names = tuple(declared.workers)
    return replace(
        declared,
        workers={name: Worker(name=name, unreachable_limit=LIMIT) for name in names},
        pools={"setup": Pool(name="Setup", workers=names, on_lost_worker=policy, **pool)},  # type: ignore[arg-type]
    )


def lose(world: World, machine: str) -> None:
    """A machine cannot be reached, from now on for longer than it may."""
    world.send(commands.CheckHealth(machines=(machine,)))
    world.send(commands.ReportCheck(machine=machine, health="unavailable", reason="no route"))
    world.run_until(world.now - START + LIMIT)
    assert is_lost(world.state, machine)


def found(world: World, machine: str) -> None:
    """A check reaches a machine again."""
    world.send(commands.CheckHealth(machines=(machine,)))
    world.send(commands.ReportCheck(machine=machine, health="healthy"))


def workers(world: World, run: str) -> list[str]:
    """The worker of each step, by its present pick."""
    state = world.run(run)
    return [state.selection.picks[each.pick or 0].worker for each in state.progress.steps]


def states(world: World, run: str) -> list[str]:
    return world.steps(run)


class TestWhen:
    def test_m6_a_machine_is_lost_once_it_is_away_for_its_limit(self) -> None:
        world = World(space("fail", script("A")))
        world.send(commands.CheckHealth(machines=("worker1",)))
        world.send(commands.ReportCheck(machine="worker1", health="unavailable", reason="no route"))
        world.run_until(LIMIT - 1)
        assert not is_lost(world.state, "worker1")
        world.run_until(LIMIT)
        (lost,) = world.happened(events.MachineLost)
        assert (lost.machine, lost.reason) == ("worker1", "it could not be reached for 30s: no route")
        assert is_lost(world.state, "worker1")

    def test_m6_the_limit_counts_from_the_first_check_that_failed(self) -> None:
        world = World(space("fail", script("A")))
        for _ in range(3):
            world.send(commands.CheckHealth(machines=("worker1",)))
            world.send(commands.ReportCheck(machine="worker1", health="unavailable"))
            world.run_until(world.now - START + 10)
        assert is_lost(world.state, "worker1")

    def test_m6_one_that_is_reached_in_time_is_not(self) -> None:
        world = World(space("fail", script("A")))
        world.send(commands.CheckHealth(machines=("worker1",)))
        world.send(commands.ReportCheck(machine="worker1", health="unavailable"))
        world.run_until(20.0)
        found(world, "worker1")
        world.run_until(100.0)
        assert not world.happened(events.MachineLost)

    def test_m6_without_a_limit_it_never_is(self) -> None:
        world = World(model({"go": [script("A")]}))
        world.send(commands.CheckHealth(machines=("worker1",)))
        world.send(commands.ReportCheck(machine="worker1", health="unavailable"))
        world.run_until(50.0)
        assert not world.happened(events.MachineLost)

    def test_m6_a_disabled_or_removed_worker_is_not_lost(self) -> None:
        """The run that leases it goes on there."""
        declared = space("fail", script("A"), script("B"))
        world = World(declared)
        run = world.start("go")
        off = {**declared.workers, "worker1": replace(declared.workers["worker1"], enabled=False)}
        world.send(commands.LoadModel(replace(declared, workers=off)))
        world.run_out()
        assert workers(world, run) == ["worker1", "worker1"]
        assert world.run(run).state == "succeeded"


class TestRunning:
    def test_m6_the_job_of_an_unguided_run_is_lost_and_nothing_is_tried_again(self) -> None:
        world = World(space("fail", script("A", simulate=LONG, retries=3), script("B", condition="always")))
        run = world.start("go")
        lose(world, "worker1")
        assert states(world, run) == ["lost", "failed"]
        state = world.run(run)
        assert state.state == "failed"
        assert "worker1 is lost: it could not be reached for 30s: no route" in state.reason

    def test_m6_a_guided_run_asks(self) -> None:
        world = World(space("fail", script("A", simulate=LONG), guided=True))
        run = world.start("go")
        lose(world, "worker1")
        question = world.state.interruptions["question-1"]
        assert question.kind == "guided"
        assert question.instructions.startswith("worker1 is lost")
        assert world.state.runs[run].state == "executing"

    def test_m6_asked_to_try_again_it_does_so_once_the_machine_is_back(self) -> None:
        world = World(space("fail", script("A", simulate=Simulate(takes=50.0)), guided=True))
        run = world.start("go")
        lose(world, "worker1")
        world.answer("retry")
        job = world.state.jobs["job-1.1"]
        assert isinstance(job.wait, ForLock)
        found(world, "worker1")
        assert world.state.jobs["job-1.1"].state == "running"
        world.run_out()
        assert world.run(run).state == "succeeded"

    def test_m6_a_run_that_is_being_cancelled_ends(self) -> None:
        world = World(space("fail", script("A", simulate=LONG)))
        run = world.start("go")
        world.running.clear()  # its machine does not hear of it
        world.send(commands.CancelRun(run=run, by="ann"))
        world.running.clear()
        lose(world, "worker1")
        assert world.run(run).state == "cancelled"


class TestUnstarted:
    def test_m6_they_fail_where_nothing_else_is_said(self) -> None:
        world = World(space("fail", script("A", simulate=LONG), script("B"), script("C", condition="always")))
        run = world.start("go")
        lose(world, "worker1")
        world.run_out()
        assert states(world, run) == ["lost", "skipped", "failed"]

    def test_m6_they_are_selected_anew(self) -> None:
        world = World(
            space("reselect", script("A", simulate=LONG), script("B", condition="always"), script("C"))
        )
        run = world.start("go")
        lose(world, "worker1")
        assert [name for name, _ in world.state.leases.items()] == ["worker2"]
        world.run_out()
        assert workers(world, run) == ["worker1", "worker2", "worker2"]
        assert states(world, run) == ["lost", "succeeded", "skipped"]
        (moved,) = world.happened(events.WorkerReselected)
        assert (moved.lost, moved.pick.worker) == ("worker1", "worker2")
        assert moved.reason == "worker1 is lost: no route"
        assert [(each.worker, each.reason) for each in moved.pick.rejected] == []
        assert len(world.state.leases) == 0

    def test_m6_a_job_that_waits_moves_to_the_line_of_the_other_worker(self) -> None:
        """M6, L2: it is served there in its turn."""
        first = Runbook(name="First", steps=(script("Long", pool="alone", simulate=LONG),))
        declared = space("reselect", script("A"), exclusive=True, workers=2)
        alone = Pool(name="Alone", workers=("worker1",), exclusive=True)
        world = World(
            replace(
                declared,
                runbooks={**declared.runbooks, "first": first},
                pools={**declared.pools, "alone": alone},
            )
        )
        world.start("first")
        run = world.start("go")
        (name,) = world.state.runs[run].progress.jobs
        assert isinstance(world.state.jobs[name].wait, ForLock)
        lose(world, "worker1")
        assert world.state.jobs[name].worker == "worker2"
        assert world.state.jobs[name].state == "running"
        world.run_out()
        assert states(world, run) == ["succeeded"]

    def test_m6_jobs_that_move_together_keep_their_order(self) -> None:
        """M6, L2: by their numbers, as they were queued; the tenth does not overtake the second."""
        first = Runbook(name="First", steps=(script("Long", pool="alone", simulate=LONG),))
        steps = [script(f"Step {number}", start="with-previous") for number in range(1, 13)]
        declared = space("reselect", *steps, exclusive=True, workers=2)
        alone = Pool(name="Alone", workers=("worker1",), exclusive=True)
        declared = replace(
            declared,
            engine=Engine(max_parallelism=20),
            runbooks={**declared.runbooks, "first": first},
            pools={**declared.pools, "alone": alone},
        )
        world = World(declared)
        world.start("first")
        run = world.start("go")
        lose(world, "worker1")
        world.run_out()
        begun = [each.job for each in world.happened(events.JobStarted) if each.run == run]
        assert begun == [f"job-2.{number}" for number in range(1, 13)]

    def test_m6_packages_are_acquired_there_first(self) -> None:
        """M6, P2: ahead of the job that was moved, and before later steps."""
        first = Runbook(name="First", steps=(script("Long", pool="alone", simulate=LONG),))
        step = script("A", packages=packages("tools"))
        declared = space("reselect", step, exclusive=True, workers=2)
        alone = Pool(name="Alone", workers=("worker1",), exclusive=True)
        world = World(
            replace(
                declared,
                runbooks={**declared.runbooks, "first": first},
                pools={**declared.pools, "alone": alone},
            )
        )
        world.start("first")
        run = world.start("go")  # whose acquisition waits for the lock
        lose(world, "worker1")
        world.run_out()
        jobs = [world.past.jobs[name] for name in world.run(run).progress.jobs]
        assert [(job.kind, job.worker, job.state) for job in jobs] == [
            ("acquire", "worker1", "cancelled"),
            ("acquire", "worker2", "succeeded"),
            ("script", "worker2", "succeeded"),
        ]

    @pytest.mark.parametrize("is_first", [False, True])
    def test_m6_a_cancelled_acquisition_is_made_again(self, is_first: bool) -> None:
        """M6, P2: also where one on another worker ends later, or ended before."""
        one = script("A", pool="one", packages=packages("tools"))
        two = script("B", pool="two", packages=packages("tools"))
        pools = {
            name: Pool(name=name, workers=(worker,), on_lost_worker="wait")
            for name, worker in (("one", "worker1"), ("two", "worker2"))
        }
        world = World(replace(space("wait", one, two), pools=pools))
        run = world.start("go")
        world.running.clear()
        if is_first:
            world.report("job-1.2")
        lose(world, "worker1")
        if not is_first:
            world.report("job-1.2")
        found(world, "worker1")
        world.run_out()
        jobs = [world.past.jobs[name] for name in world.run(run).progress.jobs]
        assert [job.worker for job in jobs if (job.kind, job.state) == ("acquire", "cancelled")] == [
            "worker1"
        ]
        (again,) = (
            job
            for job in jobs[2:]
            if (job.kind, job.worker, job.state) == ("acquire", "worker1", "succeeded")
        )
        (step,) = (job for job in jobs if job.step == 0)
        assert (step.state, step.worker) == ("succeeded", "worker1")
        assert again.ended_at is not None
        assert step.started_at is not None
        assert again.ended_at <= step.started_at

    def test_m6_a_job_does_not_begin_where_its_packages_could_not_be_acquired(self) -> None:
        """M6, P2: on the worker that was selected instead."""
        first = Runbook(name="First", steps=(script("Long", pool="alone", simulate=LONG),))
        step = script("A", packages=packages("tools"))
        declared = space("reselect", step, exclusive=True, workers=2)
        alone = Pool(name="Alone", workers=("worker1",), exclusive=True)
        runbooks = {**declared.runbooks, "first": first}
        world = World(replace(declared, runbooks=runbooks, pools={**declared.pools, "alone": alone}))
        run = world.start("go")
        world.start("first")  # which has the lock before the step
        world.run_until(2.0)
        lose(world, "worker1")
        (acquiring,) = (job for job in world.state.jobs.values() if job.state == "running")
        assert (acquiring.kind, acquiring.worker) == ("acquire", "worker2")
        world.running.clear()
        world.report(acquiring.id, "failed", reason="no such package")
        reason = "packages could not be acquired on worker2: no such package"
        job = world.past.jobs["job-1.2"]
        assert (job.state, job.attempt, job.reason) == ("failed", 0, reason)
        assert (world.run(run).state, world.run(run).reason) == ("failed", reason)

    @pytest.mark.parametrize("first", ["fail", ""])
    def test_m6_a_job_that_is_retried_has_its_packages_acquired_again(self, first: str) -> None:
        """M6, I7, P2: on the worker that was selected while it asked, where that had failed."""
        world = World(space("reselect", script("A", packages=packages("tools")), workers=2))
        run = world.start("go", guided=True)
        world.run_until(2.0)  # acquired, and the script runs
        world.running.clear()
        lose(world, "worker1")
        (acquiring,) = (job for job in world.state.jobs.values() if job.state == "running")
        assert (acquiring.kind, acquiring.worker) == ("acquire", "worker2")
        world.running.clear()
        world.report(acquiring.id, "failed", reason="no such package")
        lost, failed = (each for _, each in sorted(world.state.interruptions.items()))
        for question, answer in ((failed, first), (lost, "retry"), (failed, "fail")):
            if answer and world.state.interruptions[question.id].open:
                about = {"interruption": question.id, "user": "ann"}
                world.send(commands.TakeInterruption(**about))
                world.send(commands.AnswerInterruption(**about, answer=answer))  # type: ignore[arg-type]
        world.run_out()
        jobs = [world.past.jobs[each] for each in world.run(run).progress.jobs]
        assert [(job.kind, job.worker, job.state) for job in jobs] == [
            ("acquire", "worker1", "succeeded"),
            ("script", "worker2", "succeeded"),
            ("acquire", "worker2", "failed"),
            ("acquire", "worker2", "succeeded"),
        ]
        assert jobs[3].ended_at is not None
        assert jobs[1].started_at is not None
        assert jobs[3].ended_at <= jobs[1].started_at

    @pytest.mark.parametrize("parallel", [1, 10])
    def test_m6_and_ahead_of_a_job_that_was_moved(self, parallel: int) -> None:
        """M6, L2, P2: it waits in the line of its new worker behind them."""
        step = script("A", packages=packages("tools"), start="with-previous", retries=1, backoff=500.0)
        declared = space("reselect", script("0"), step, workers=2)
        world = World(replace(declared, engine=Engine(max_parallelism=parallel)))
        run = world.start("go")
        world.run_until(2.0)  # acquired
        name = next(job for job in world.state.jobs if world.state.jobs[job].step == 1)
        world.report(world.state.runs[run].progress.jobs[1])  # of the first step
        world.running.clear()
        world.report(name, "failed", reason="exit code 1")
        lose(world, "worker2")
        assert world.state.jobs[name].worker == "worker1"
        world.run_out()
        jobs = [world.past.jobs[each] for each in world.run(run).progress.jobs]
        assert [(job.kind, job.worker, job.state) for job in jobs if job.kind == "acquire"] == [
            ("acquire", "worker2", "succeeded"),
            ("acquire", "worker1", "succeeded"),
        ]
        assert (world.past.jobs[name].worker, world.past.jobs[name].state) == ("worker1", "succeeded")
        assert jobs[-1].ended_at <= world.past.jobs[name].started_at

    def test_m6_where_there_is_no_other_worker_they_fail_and_say_so(self) -> None:
        world = World(
            space("reselect", script("A", simulate=LONG), script("B", condition="always"), workers=1)
        )
        run = world.start("go")
        lose(world, "worker1")
        job = world.past.jobs["job-1.2"]
        assert job.state == "failed"
        assert job.reason.startswith("worker1 is lost: no route; step “B”, pool setup: no worker is eligible")
        assert world.run(run).state == "failed"

    def test_m6_or_they_wait_for_the_machine(self) -> None:
        world = World(space("wait", script("A", simulate=LONG), script("B", condition="always")))
        run = world.start("go")
        lose(world, "worker1")
        job = world.state.jobs["job-1.2"]
        assert isinstance(job.wait, ForLock)
        world.run_until(300.0)
        assert world.state.jobs["job-1.2"].state == "waiting"
        found(world, "worker1")
        assert world.state.jobs["job-1.2"].state == "running"
        world.run_out()
        assert states(world, run) == ["lost", "succeeded"]

    @pytest.mark.parametrize("health", ["healthy", "unavailable"])
    def test_m6_also_where_it_is_disabled_meanwhile(self, health: Health) -> None:
        """M5, M6: it is looked for as long as a run waits for it."""
        declared = space("wait", script("A", simulate=LONG), script("B", condition="always"))
        world = World(declared)
        run = world.start("go")
        lose(world, "worker1")
        off = {**declared.workers, "worker1": replace(declared.workers["worker1"], enabled=False)}
        world.send(commands.LoadModel(replace(declared, workers=off)))
        started = len(world.happened(events.CheckStarted))
        world.run_until(world.now - START + LATE)
        assert len(world.happened(events.CheckStarted)) == started + 1
        world.send(commands.ReportCheck(machine="worker1", health="unavailable", reason="no route"))
        world.run_until(world.now - START + LATE)
        assert len(world.happened(events.CheckStarted)) == started + 2
        if health == "unavailable":
            world.send(commands.CancelRun(run=run, by="ann"))
        world.send(commands.ReportCheck(machine="worker1", health=health, reason="no route"))
        world.run_out()
        assert states(world, run) == ["lost", "succeeded" if health == "healthy" else "cancelled"]
        assert len(world.happened(events.CheckStarted)) == started + 2
        with pytest.raises(commands.Refused, match="worker1 is disabled"):
            world.send(commands.CheckHealth(machines=("worker1",)))

    def test_m6_a_worker_that_has_left_the_model_holds_up_nobody(self) -> None:
        declared = space("wait", script("A", simulate=LONG), script("B", condition="always"))
        world = World(declared)
        run = world.start("go")
        lose(world, "worker1")
        rest = {name: each for name, each in declared.workers.items() if name != "worker1"}
        world.send(commands.LoadModel(replace(declared, workers=rest)))
        world.run_out()
        assert states(world, run) == ["lost", "succeeded"]

    def test_m6_steps_that_start_runs_and_questions_go_on(self) -> None:
        other = Runbook(name="Other", steps=(script("X", pool="far"),))
        declared = space(
            "fail", script("A", simulate=LONG, condition="always"), child("B", "other", wait=True)
        )
        steps = (
            declared.runbooks["go"].steps[0],
            replace(declared.runbooks["go"].steps[1], condition="always"),
        )
        far = Pool(name="Far", workers=("far1",))
        world = World(
            replace(
                declared,
                runbooks={"go": Runbook(name="Go", steps=steps), "other": other},
                pools={**declared.pools, "far": far},
                workers={**declared.workers, "far1": Worker(name="far1")},
            )
        )
        run = world.start("go")
        lose(world, "worker1")
        world.run_out()
        assert states(world, run) == ["lost", "succeeded"]

    def test_m6_a_paused_run_selects_others_when_it_goes_on(self) -> None:
        """M6, W7: it leases nothing meanwhile."""
        world = World(space("fail", manual("Ask"), script("A")))
        run = world.start("go")
        lose(world, "worker1")
        world.answer("proceed")
        world.run_out()
        assert world.run(run).state == "succeeded"
        assert world.run(run).selection.current[0].worker != "worker1"


@pytest.mark.parametrize("guided", [False, True])
def test_m6_on_a_lost_target_the_step_fails_there(guided: bool) -> None:
    """M6, S6: the others of its window go on."""
    web = {name: Target(name=name, roles=("web",), unreachable_limit=LIMIT) for name in ("web1", "web2")}
    steps = (
        on_targets("A", "web", simulate=Simulate(takes=40.0)),
        on_targets("B", "web", condition="always"),
    )
    runbook = Runbook(name="Go", steps=steps, guided_failure="on" if guided else "off")
    world = World(model({"go": runbook}, targets=web))
    run = world.start("go")
    lose(world, "web1")
    if guided:
        world.answer("fail")
    world.run_out()
    jobs = [world.past.jobs[name] for name in world.run(run).progress.jobs]
    assert [(job.target, job.state) for job in jobs][:2] == [
        ("web1", "lost"),
        ("web2", "succeeded"),
    ]
    assert sorted((job.target, job.state) for job in jobs[2:]) == [("web1", "failed"), ("web2", "succeeded")]
    assert world.run(run).state == "failed"


def test_m6_a_step_for_each_target_goes_on_on_another_worker() -> None:
    step = on_targets("A", "web", on="worker-for-each-target", window=1, condition="always")
    step = replace(step, pool="setup", simulate=Simulate(takes=40.0))
    declared = space("reselect", step)
    web = {name: Target(name=name, roles=("web",)) for name in ("web1", "web2", "web3")}
    world = World(replace(declared, targets=web))
    run = world.start("go")
    lose(world, "worker1")
    world.run_out()
    jobs = [world.past.jobs[name] for name in world.run(run).progress.jobs]
    assert [(job.target, job.worker, job.state) for job in jobs] == [
        ("web1", "worker1", "lost"),
        ("web2", "worker2", "succeeded"),
        ("web3", "worker2", "succeeded"),
    ]


def with_image(step: Step) -> Step:
    """The step, in a container."""
    return replace(step, container="alpine", runs_contained=True)


class Failing(World):
    """A world in which the first acquisition on a worker fails, or each."""

    on = "worker2"
    times = 1

    def _perform(self, event: AnyEvent) -> None:
        job = self.state.jobs.get(event.job) if isinstance(event, events.JobStarted) else None
        if job is not None and (job.kind, job.worker) == ("acquire", self.on) and self.times:
            self.times -= 1
            outcome = Outcome(state="failed", exit_code=1, reason="the registry is down")
            self._after(2.0, job.id, job.attempt, outcome)
        else:
            super()._perform(event)


def moved(step: Step) -> tuple[Failing, str]:
    """A step that waits for its worker is moved to another one, where its acquisition fails and asks."""
    declared = space(
        "reselect", replace(step, simulate=Simulate(takes=5.0)), workers=2, guided=True, exclusive=True
    )
    hold = Runbook(name="Hold", steps=(script("Hold", simulate=LONG),))
    world = Failing(replace(declared, runbooks={**declared.runbooks, "hold": hold}))
    run = world.start("go")
    world.run_until(1.0)
    world.start("hold")
    world.run_until(10.0)
    lose(world, "worker1")
    world.run_until(50.0)
    return world, run


class TestMovedAcquisitions:
    @pytest.mark.parametrize("what", ["packages", "image"])
    @pytest.mark.parametrize("answer", ["retry", "fail"])
    def test_m6_p2_a_moved_step_waits_while_its_acquisition_asks(self, what: str, answer: Answer) -> None:
        plain = script("B")
        world, run = moved(
            replace(plain, packages=packages("tools")) if what == "packages" else with_image(plain)
        )
        acquiring, step = world.state.jobs["job-1.3"], world.state.jobs["job-1.2"]
        assert (acquiring.worker, acquiring.state) == ("worker2", "asking")
        assert (step.worker, step.state) == ("worker2", "waiting")
        assert acquisition_for(world.state, step) == acquiring
        assert blockers(world.state, step) == (acquiring,)
        world.start("hold")
        assert world.state.jobs["job-3.1"].state == "running", "others pass it"
        world.answer(answer)
        world.run_out()
        begun = [(each.job, each.attempt) for each in world.happened(events.JobStarted) if each.run == run]
        again = {"retry": [("job-1.3", 2), ("job-1.2", 1)], "fail": []}
        assert begun == [("job-1.1", 1), ("job-1.3", 1), *again[answer]]
        assert world.run(run).state == ("failed" if answer == "fail" else "succeeded")

    @pytest.mark.parametrize("what", ["packages", "image"])
    def test_m6_p2_a_retried_step_gets_again_what_could_not_be_acquired(self, what: str) -> None:
        plain = script("B")
        step = replace(plain, packages=packages("tools")) if what == "packages" else with_image(plain)
        world = Failing(space("reselect", replace(step, simulate=LONG), workers=2, guided=True))
        run = world.start("go")
        world.run_until(10.0)
        lose(world, "worker1")
        world.run_until(world.now - START + 5.0)
        assert sorted((job.id, job.state) for job in world.state.jobs.values() if job.state == "asking") == [
            ("job-1.2", "asking"),
            ("job-1.3", "asking"),
        ]
        world.answer("retry")
        again = world.happened(events.JobQueued)[-1]
        assert (again.run, again.kind, again.worker) == (run, "acquire", "worker2")
        world.run_out()
        assert world.past.jobs["job-1.2"].state == "succeeded"

    def test_m6_p2_packages_of_a_step_on_a_cluster_are_acquired_on_its_new_worker(self) -> None:
        cluster = Target(name="C", roles=("k8s",), kubernetes=Kubernetes(context="x", pool="setup"))
        other = Target(name="T", roles=("t",))
        steps = (
            on_targets("P", "t", packages=packages("tools")),
            on_targets("Long", "t", simulate=LONG),
            script("S", pool=None, roles=("k8s",), on="target", packages=packages("tools")),
        )
        world = World(replace(space("reselect", *steps, workers=2), targets={"c": cluster, "t": other}))
        run = world.start("go")
        world.run_until(100.0)
        (worker,) = (pick.worker for pick in world.run(run).selection.current)
        lose(world, worker)
        world.run_out()
        assert world.run(run).state == "succeeded"
        jobs = list(world.past.jobs.values())
        (ran,) = (job for job in jobs if job.target == "c")
        assert ran.worker != worker
        assert [job.state for job in jobs if job.kind == "acquire" and job.worker == ran.worker] == [
            "succeeded"
        ]
