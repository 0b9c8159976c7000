"""M1: since when a job's machine is away, and when it is tried next: in the tree, lists, waits and `w`."""

from datetime import UTC

from octotui.engine.commands import ReportReachability, StartRun
from octotui.engine.state import JobOutage
from octotui.views import runs, waits, why
from octotui.views.labels import AWAY
from octotui.views.machines.outages import next_try
from octotui.views.tree import run_tree
from tests.world import START, World, model, script

SAID = "worker1 unreachable since 13:46, next try in 5s: no route"


def away(**more: object) -> World:
    world = World(model({"go": [script("Copy")]}))
    world.send(StartRun(process="go"))
    report = {"job": "job-1.1", "attempt": 1, "reason": "no route", "next_try": START + 5, **more}
    world.send(ReportReachability(**report))  # type: ignore[arg-type]
    return world


def test_m1_the_line_of_a_job_says_that_its_machine_is_away() -> None:
    world = away()
    rows = run_tree.rows(world.state, "run-1", START, UTC)
    (job,) = (row for row in rows if row.job and row.kind == "step")
    assert job.mark == AWAY
    assert [row.text for row in rows if row.job and row.kind == "text"] == [SAID]
    assert not [row for row in rows if row.kind == "progress"]
    world.send(ReportReachability(job="job-1.1", attempt=1))
    rows = run_tree.rows(world.state, "run-1", START, UTC)
    assert [row.mark.word for row in rows if row.job and row.mark] == ["running"]


def test_m1_its_countdown_is_drawn_again() -> None:
    state = away().state
    first, other = (run_tree.parts_of(state, "run-1", START + each) for each in (0.1, 1.1))
    assert first != other
    assert runs.parts_of(state, "run-1", None, START) is None


def test_m1_lists_waits_and_why_say_so() -> None:
    state = away().state
    row = runs.row(state, "run-1", START, UTC)
    assert row is not None
    assert (row.mark, row.detail) == (AWAY, SAID)
    wait = waits.of_job(state, state.jobs["job-1.1"], START, zone=UTC)
    assert wait is not None
    assert (wait.what, wait.since, wait.sentence) == ("worker1", START, SAID)
    told = dict(why.of_run(state, "run-1", START, UTC))
    assert [f"“Copy” {SAID} · 0s so far"] in told.values()


def test_m1_a_run_goes_on_while_another_job_of_it_does() -> None:
    world = World(model({"go": [script("A"), script("B", start="with-previous")]}))
    world.send(StartRun(process="go"))
    world.send(ReportReachability(job="job-1.1", attempt=1, reason="no route"))
    row = runs.row(world.state, "run-1", START, UTC)
    assert row is not None
    assert (row.mark.word, row.detail) == ("executing", "")


def test_m1_when_it_is_tried_next() -> None:
    assert next_try(JobOutage(START, "no route", START + 65), START) == "next try in 1m05s"
    assert next_try(JobOutage(START, "no route", START + 5), START + 6) == "trying now"
    assert next_try(JobOutage(START, "no route"), START) == "tried every minute"
