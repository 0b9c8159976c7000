"""M1, M5: a job whose machine is away says so once more for each try, and has its health checked once."""

from msgspec.structs import replace

from octotui.engine.commands import CheckHealth, Command, ReportReachability, StartRun
from octotui.runtime.reachability.job_outages import JobOutages
from tests.world import World, model, script


async def test_m1_reports_of_a_job_are_about_its_attempt_and_the_next_try() -> None:
    world, told = World(model({"go": [script("A")]})), list[Command]()
    world.send(StartRun(process="go"))
    job = world.state.jobs["job-1.1"]

    def report(command: Command) -> None:
        told.append(command)
        world.send(command)

    outages = JobOutages(lambda: world.state, report, lambda: 100.0)
    tell = outages.tell(job)
    tell("no route", 4.0)
    tell("no route", None)
    assert outages.is_known(job)
    tell("", None)
    assert not outages.is_known(job)
    away = ReportReachability(job="job-1.1", attempt=1, reason="no route", next_try=104.0)
    check = CheckHealth(machines=("worker1",))
    assert told == [
        away,
        check,
        replace(away, next_try=None),
        replace(away, reason="", next_try=None),
        check,
    ]


async def test_m1_an_outage_of_an_earlier_session_ends_with_the_first_answer() -> None:
    world = World(model({"go": [script("A")]}))
    world.send(StartRun(process="go"))
    world.send(ReportReachability(job="job-1.1", attempt=1, reason="no route"))
    outages = JobOutages(lambda: world.state, world.send, lambda: 100.0)

    async def call() -> str:
        return "here"

    assert await outages.reached(world.state.jobs["job-1.1"], call) == "here"
    assert world.state.jobs["job-1.1"].outage is None
