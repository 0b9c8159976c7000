"""Packages are acquired before the steps that need them."""

import pytest

from octotui.engine import commands
from octotui.engine.events import JobQueued, JobStarted
from octotui.engine.rules.machines import acquisitions, job_kind, mode_on, packages_in_use, target_of
from octotui.engine.state import JobKind
from octotui.engine.state.run_parts import with_selection
from octotui.model.process import (
    Action,
    HealthCheck,
    Manual,
    Package,
    Rolling,
    Script,
    StartRunbook,
    TemplateCall,
)
from octotui.model.space import Pool
from tests.world import World, child, engine, manual, model, on_targets, packages, script


def needs(name: str, *names: str, **more: object):
    return script(name, packages=packages(*names), **more)


def test_one_job_for_each_worker_just_before_the_first_step_that_needs_packages() -> None:
    """P2: exclusive, with the versions that were chosen; each package once."""
    steps = [
        script("A"),
        needs("B", "image", "tools@1.2.0"),
        needs("C", "image", "tools@1.2.0"),
        needs("D", "tools"),
    ]
    world = World(model({"go": steps}, workers=4))
    world.start("go")
    assert [event.kind for event in world.happened(JobQueued)] == ["script"]
    world.run_out()
    jobs = [event for event in world.happened(JobQueued) if event.kind == "acquire"]
    assert [(job.worker, job.mode, job.packages) for job in jobs] == [
        ("worker2", "exclusive", (("image", "1.0.0"), ("tools", "1.2.0"))),
        ("worker3", "exclusive", (("tools", "1.0.0"),)),
    ]
    order = [event.job for event in world.happened(JobStarted)]
    assert order == ["job-1.1", "job-1.2", "job-1.3", "job-1.4", "job-1.5", "job-1.6"]


def test_picks_of_one_worker_are_acquired_together() -> None:
    """P2: two lease keys, one worker, one job."""
    world = World(model({"go": [needs("A", "image"), needs("B", "tools", "image")]}, workers=1))
    world.start("go")
    run = world.run("run-1")
    assert acquisitions(run) == (("worker1", (("image", "1.0.0"), ("tools", "1.0.0"))),)


def test_it_takes_the_lock_though_all_may_be_cached() -> None:
    """P2, L1: the second run acquires the same package on the same worker."""
    world = World(model({"go": [needs("A", "image")]}, workers=1))
    world.start("go")
    world.run_out()
    world.start("go")
    assert world.happened(JobQueued)[-1].kind == "acquire"


def test_a_package_that_cannot_be_acquired_fails_the_run_before_any_step_uses_it() -> None:
    """P3: what needs no package goes on by its condition; what needs one is skipped, whatever it says."""
    steps = [
        needs("A", "image"),
        needs("B", "image", condition="always"),
        script("C", condition="always"),
        script("D"),
    ]
    world = World(model({"go": steps}))
    world.start("go")
    world.report("job-1.1", "failed", reason="the checksum is wrong")
    world.run_out()
    assert world.steps("run-1") == ["skipped", "skipped", "succeeded", "skipped"]
    run = world.run("run-1")
    assert run.reason == "packages could not be acquired on worker1: the checksum is wrong"
    assert run.progress.steps[1].reason == "its packages could not be acquired"


def test_all_jobs_of_the_selection_come_to_an_end_first() -> None:
    """P2, P3: one failed, and one is still copying."""
    world = World(model({"go": [needs("A", "image"), needs("B", "tools")]}))
    world.start("go")
    world.report("job-1.2", "failed", reason="no space")
    assert world.steps("run-1") == ["pending", "pending"]
    world.report("job-1.1")
    assert world.steps("run-1") == ["skipped", "skipped"]


def test_packages_that_are_missing_fail_the_plan() -> None:
    """P3, W11: with every other problem."""
    world = World(
        model({"go": [needs("A", "image"), script("B", pool=None)]}, **engine(built_in_worker=False))
    )
    world._perform = lambda event: None  # type: ignore[method-assign]
    world.start("go")
    world.send(commands.ChoosePackages(run="run-1", versions={}, problems=("no feed has image",)))
    assert world.run("run-1").reason.split("; ")[0] == "no feed has image"
    assert len(world.run("run-1").reason.split("; ")) == 2
    assert world.steps("run-1") == ["pending", "pending"]


def test_a_new_selection_acquires_anew() -> None:
    """P2, W7: after a question, on the worker that was selected then."""
    world = World(model({"go": [needs("A", "image"), manual("Ask"), needs("B", "image")]}))
    world.start("go")
    world.run_out()
    world.answer()
    world.run_out()
    acquired = [event.worker for event in world.happened(JobQueued) if event.kind == "acquire"]
    assert acquired == ["worker1", "worker2"]


def test_on_targets_packages_are_acquired_where_the_script_runs() -> None:
    """P2: on each target that is not excluded, or on the worker that does it for each of them."""
    steps = [
        on_targets("A", "web", packages=packages("image")),
        on_targets("B", "web", packages=packages("tools"), on="worker-for-each-target"),
    ]
    world = World(model({"go": steps}))
    world._perform = lambda event: None  # type: ignore[method-assign]
    world.start("go")
    world.send(commands.ChoosePackages(run="run-1", versions={"image": "1.0.0", "tools": "2.0.0"}))
    run = world.state.runs["run-1"]
    webs = sorted(run.progress.steps[0].targets)
    assert len(webs) == 4
    found = dict(acquisitions(run))
    assert found["built-in"] == (("tools", "2.0.0"),)
    assert {name: found[name] for name in webs} == dict.fromkeys(webs, (("image", "1.0.0"),))
    assert set(found) == {"built-in", *webs}
    assert webs[0] not in dict(acquisitions(with_selection(run, excluded=(webs[0],))))


def test_what_is_done_on_targets_acquires_nothing_anew() -> None:
    """P2, W7: after a question only the steps that are left need packages."""
    steps = [
        on_targets("A", "web", packages=packages("image")),
        manual("Ask"),
        on_targets("B", "db", packages=packages("image")),
        needs("C", "image"),
    ]
    world = World(model({"go": steps}))
    world.start("go", environment="production")
    world.run_out()
    before = len(world.events)
    world.answer()
    world.run_out()
    queued = [each for each in world.events[before:] if isinstance(each, JobQueued)]
    assert [each.worker for each in queued if each.kind == "acquire"] == ["worker2", "db1"]


def test_a_run_that_has_ended_needs_no_package_though_its_family_goes_on() -> None:
    """P2: the cache may drop them."""
    runbooks = {"top": [child("C", "go", wait=False), manual("Ask")], "go": [needs("A", "image")]}
    world = World(model(runbooks))
    world.start("top")
    world.run_out()
    assert world.run("run-2").state == "succeeded"
    assert "run-2" in world.state.runs
    assert packages_in_use(world.state) == frozenset()


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (Script(body="true"), "script"),
        (TemplateCall(body="true", template="t"), "script"),
        (Package(), "script"),
        (HealthCheck(), "script"),
        (Rolling(), "script"),
        (StartRunbook(runbook="other"), "runbook"),
        (Manual(instructions="?"), "manual"),
    ],
)
def test_s1_what_the_jobs_of_a_step_do(action: Action, kind: JobKind) -> None:
    assert job_kind(action) == kind


def test_the_mode_of_a_script() -> None:
    """L1, L3: shared, unless worker or pool say exclusive."""
    pools = {
        "setup": Pool(name="Setup", workers=("worker1",)),
        "alone": Pool(name="Alone", workers=("worker2",), exclusive=True),
    }
    world = World(
        model({"go": [script("A"), script("B", pool="alone"), script("C", pool=None)]}, pools=pools)
    )
    world.start("go")
    run = world.state.runs["run-1"]
    assert [mode_on(world.state, run, step) for step in (0, 1, 2)] == ["shared", "exclusive", "shared"]


def test_the_packages_of_open_runs_are_in_use() -> None:
    world = World(model({"go": [needs("A", "image", "tools@[1.0,2.0)")]}, workers=1))
    assert packages_in_use(world.state) == frozenset()
    world.start("go")
    chosen = world.run("run-1").selection.versions or {}
    assert packages_in_use(world.state) == {("image", chosen["image"]), ("tools", chosen["tools@[1.0,2.0)"])}
    world.run_out()
    assert packages_in_use(world.state) == frozenset()


def test_p2_an_acquisition_on_a_target_is_of_that_target() -> None:
    steps = [needs("A", "tools"), on_targets("B", "web", packages=packages("tools"))]
    world = World(model({"a": steps}))
    world.start("a")
    world.run_out()
    run = world.run("run-1")
    found = [
        (job.kind, job.worker, target_of(run, job))
        for job in map(world.past.jobs.__getitem__, run.progress.jobs)
    ]
    assert found[0] == ("acquire", "worker1", None)
    assert ("acquire", "web1", "web1") in found
    assert ("script", "web1", "web1") in found
