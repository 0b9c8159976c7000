"""Packages: which version, getting it there for real, and how long that would take."""

import asyncio
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import CancelRun, CreateRelease, Refused, StartRun
from octotui.engine.state import Outcome, State
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Environment, Feed, Model, Project
from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.runtime.jobs.package_acquisition import RealAcquirer, SimulatedAcquirer, choose_versions
from octotui.runtime.open_space import open_space
from octotui.runtime.release_maker import make_release
from octotui.store.packages import http_client
from octotui.workers.local.machine import LocalMachine, LocalMachines
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.simulated_machine import SimulatedMachines
from tests.runtime.feeds import acquire_job, fed, put
from tests.store.server import Served, serving


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as made:
        yield made


def here(folder: Path) -> LocalMachine:
    """A worker of this machine in a folder."""
    return LocalMachines(SupervisorExecutor(), lambda worker: folder).machine("worker1", None)


DONE = Outcome(state="succeeded", exit_code=0)


def test_p1_the_highest_version_or_the_one_asked_for_and_every_problem(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        put(tmp_path, f"tools.{version}.zip")
    versions, problems = choose_versions(fed(tmp_path), ("tools", "tools@1.9.0", "tools@2.0.0", "image"))
    assert versions == {"tools": "1.10.0", "tools@1.9.0": "1.9.0"}
    assert len(problems) == 2
    assert "2.0.0" in problems[0]
    assert "image" in problems[1]
    gone, problems = choose_versions(fed(tmp_path / "none"), ("tools",))
    assert gone == {}
    assert "cannot be read" in problems[0]


async def test_what_is_acquired_lies_in_the_workers_cache(tmp_path: Path) -> None:
    put(tmp_path / "feed", "tools.1.0.0.zip")
    put(tmp_path / "feed", "image.2.0.tar.gz")
    told: list[bytes] = []
    job = acquire_job(("tools", "1.0.0"), ("image", "2.0"))
    acquirer = RealAcquirer(tmp_path / "manifests")
    assert await acquirer.choose(fed(tmp_path / "feed"), ("tools",)) == ({"tools": "1.0.0"}, ())
    for _ in range(2):
        outcome = await acquirer.acquire(fed(tmp_path / "feed"), job, here(tmp_path / "worker"), told.append)
        assert outcome == DONE
    assert (tmp_path / "worker" / "packages" / "tools" / "1.0.0" / "README").stat().st_size == 10
    assert (tmp_path / "worker" / "packages" / "image" / "2.0" / "README").stat().st_size == 10
    assert told[-1] == b"image 2.0 is in the cache\n"


async def test_p3_a_package_that_is_not_what_its_checksum_says_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path / "feed", "tools.1.0.0.zip")
    path.with_name("tools.1.0.0.zip.sha256").write_text(hashlib.sha256(b"another").hexdigest() + "  tools\n")
    job = acquire_job(("tools", "1.0.0"))
    outcome = await RealAcquirer(tmp_path / "manifests").acquire(
        fed(tmp_path / "feed"), job, here(tmp_path / "worker"), lambda chunk: None
    )
    assert outcome.state == "failed"
    assert "is not what its .sha256 file says" in outcome.reason
    assert list((tmp_path / "worker" / "packages").iterdir()) == []


async def test_p3_one_that_went_away_since_it_was_chosen_is_told(tmp_path: Path) -> None:
    put(tmp_path / "feed", "tools.1.0.0.zip")
    job = acquire_job(("tools", "3.0.0"))
    outcome = await RealAcquirer(tmp_path / "manifests").acquire(
        fed(tmp_path / "feed"), job, here(tmp_path / "worker"), lambda chunk: None
    )
    assert (outcome.state, outcome.reason) == ("failed", "no feed holds tools 3.0.0; there is 1.0.0")


async def test_one_that_is_stopped_while_copying_ends_soon_and_leaves_nothing(tmp_path: Path) -> None:
    put(tmp_path / "feed", "tools.1.0.0.zip", 50_000)
    told: list[bytes] = []
    acquirer, job = RealAcquirer(tmp_path / "manifests"), acquire_job(("tools", "1.0.0"))
    acquirer.stop("job-1.1")
    acquiring = asyncio.ensure_future(
        acquirer.acquire(fed(tmp_path / "feed", 1000), job, here(tmp_path / "worker"), told.append)
    )
    while not told:
        await asyncio.sleep(0.01)
    before = time.monotonic()
    acquirer.stop("job-1.1")
    outcome = await acquiring
    assert time.monotonic() - before < 20
    assert outcome.state == "cancelled"
    assert list((tmp_path / "worker" / "packages").iterdir()) == []


async def test_many_that_are_slow_hold_up_nobody_else(tmp_path: Path) -> None:
    put(tmp_path / "feed", "tools.1.0.0.zip", 50_000)
    acquirer, slow = RealAcquirer(tmp_path / "manifests"), fed(tmp_path / "feed", 1000)
    copying = [
        asyncio.ensure_future(
            acquirer.acquire(
                slow, acquire_job(("tools", "1.0.0")), here(tmp_path / f"worker{each}"), lambda chunk: None
            )
        )
        for each in range(20)
    ]
    assert await asyncio.wait_for(asyncio.to_thread(lambda: "here"), 5) == "here"
    for each in copying:
        each.cancel()
    await asyncio.gather(*copying, return_exceptions=True)


async def test_a_run_cancelled_while_its_packages_are_copied(tmp_path: Path) -> None:
    put(tmp_path / "feed", "tools.1.0.0.zip", 50_000)
    async with open_space(fed(tmp_path / "feed", 1000), tmp_path / "state", "ann", time.time) as session:
        run = await started(session)
        log = session.log_path(run, "job-1.1")
        while not log.exists():
            await asyncio.sleep(0.01)
        assert session.state.jobs["job-1.1"].kind == "acquire"
        await session.send(CancelRun(run=run, by="ann"))
        await ended(session)
        family = await session.family(run)
    assert (family.runs[run].state, family.jobs["job-1.1"].state) == ("cancelled", "cancelled")


async def test_p3_a_wrong_checksum_fails_the_run_before_any_step_uses_it(tmp_path: Path) -> None:
    path = put(tmp_path / "feed", "tools.1.0.0.zip")
    path.with_name("tools.1.0.0.zip.sha256").write_text("0" * 64)
    async with open_space(fed(tmp_path / "feed"), tmp_path / "state", "ann", time.time) as session:
        run = await started(session)
        await ended(session)
        family = await session.family(run)
    assert family.runs[run].state == "failed"
    assert "is not what its .sha256 file says" in family.runs[run].reason
    assert [family.jobs[job].kind for job in family.runs[run].progress.jobs] == ["acquire"]
    assert family.runs[run].progress.steps[0].state == "skipped"


async def test_p3_a_feed_that_fails_ends_the_run_before_any_step(
    tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P3: HTTP 500, told once, with the address."""
    monkeypatch.setattr(http_client, "PAUSE", 0.01)
    served.failures["/"] = [500] * 9
    async with open_space(from_server(served), tmp_path / "state", "ann", time.time) as session:
        run = await started(session)
        await ended(session)
        family = await session.family(run)
    assert (family.runs[run].state, tuple(family.runs[run].progress.jobs)) == ("failed", ())
    assert f"the feed cannot be read: {served.url} answers with HTTP 500" in family.runs[run].reason


async def test_p2_runs_that_ask_at_once_fetch_a_package_once_per_worker(
    tmp_path: Path, served: Served
) -> None:
    served.put("tools.1.0.0.zip", put(tmp_path / "feed", "tools.1.0.0.zip", 50_000).read_bytes())
    served.index()
    async with open_space(from_server(served), tmp_path / "state", "ann", time.time) as session:
        for _ in range(4):
            last = await started(session)
        await ended(session)
        family = await session.family(last)
    assert family.runs[last].state == "succeeded"
    assert served.counted("/tools.1.0.0.zip") == 1


async def test_a_full_cache_loses_what_no_open_run_needs(tmp_path: Path) -> None:
    for version in ("1.0.0", "2.0.0", "3.0.0"):
        put(tmp_path / "feed", f"tools.{version}.zip", 100)
    declared = fed(tmp_path / "feed")
    declared = replace(declared, engine=replace(declared.engine, package_cache=150))
    acquirer, told = RealAcquirer(tmp_path / "manifests"), list[bytes]()
    for version in ("1.0.0", "2.0.0", "3.0.0"):
        job = acquire_job(("tools", version))
        in_use = frozenset((("tools", "2.0.0"), ("tools", version)))
        await acquirer.acquire(
            declared, job, here(tmp_path / "worker"), told.append, lambda held=in_use: held
        )
    assert sorted(each.name for each in (tmp_path / "worker" / "packages" / "tools").glob("[!.]*")) == [
        "2.0.0",
        "3.0.0",
    ]
    assert told.count(b"tools 1.0.0 is removed from the cache, which is full\n") == 1


async def test_p1_the_image_of_a_container_is_fixed_for_the_run(tmp_path: Path, served: Served) -> None:
    """P1: a script reads the tag and the digest; where there is no such image, the run fails in planning."""
    served.page("/v2/tools/tags/list", '{"tags": ["1.0.0", "1.2.0"]}')
    served.page("/v2/tools/manifests/1.2.0", "{}")
    said = Script(body="echo #{Octopus.Action.Container.Image}")
    for wanted, end in (("tools@1.x", "succeeded"), ("tools@3.x", "failed")):
        step = Step(name="Run", action=said, pool="setup", container=wanted, runs_contained=False)
        declared = replace(fed(tmp_path, a=[step]), feeds={"images": Feed(registry=served.url)})
        async with open_space(declared, tmp_path / wanted, "ann", time.time) as session:
            run = await started(session)
            await ended(session)
            family = await session.family(run)
            log = session.log_path(run, "job-1.1")
        assert family.runs[run].state == end
        assert log.exists() == (end == "succeeded")
        if log.exists():
            assert (
                f"{served.url[7:]}tools:1.2.0@sha256:{hashlib.sha256(b'{}').hexdigest()}" in log.read_text()
            )


TEST = {"test": Environment(name="Test")}


async def test_p1_a_release_keeps_its_images(tmp_path: Path, served: Served) -> None:
    """P1: a deployment takes the tag and digest of the release, though there is a newer tag by then."""
    served.page("/v2/tools/tags/list", '{"tags": ["1.2.0"]}')
    served.page("/v2/tools/manifests/1.2.0", "{}")
    said = Script(body="echo #{Octopus.Action.Container.Image}")
    steps = (Step(name="Run", action=said, pool="setup", container="tools@1.x", runs_contained=False),)
    project = Project(deployment=Runbook(name="Shop", steps=steps))
    feeds = {"images": Feed(registry=served.url)}
    declared = replace(fed(tmp_path), feeds=feeds, projects={"shop": project}, environments=TEST)
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        with pytest.raises(Refused, match="no registry was asked for the image tools"):
            await session.send(CreateRelease(process="shop"))
        release = await make_release(session, CreateRelease(process="shop"))
        served.page("/v2/tools/tags/list", '{"tags": ["1.2.0", "1.3.0"]}')
        await session.send(StartRun(process="shop", release=release.version, environment="test"))
        await ended(session)
        log = session.log_path("run-1", "job-1.1").read_text()
    assert f"tools:1.2.0@sha256:{hashlib.sha256(b'{}').hexdigest()}" in log


def from_server(served: Served) -> Model:
    """A space whose one feed is a server."""
    return replace(fed(Path("unused")), feeds={"far": Feed(url=served.url)})


async def started(session: object) -> str:
    from octotui.engine.commands import StartRun

    events = await session.send(StartRun(process="a", requester="ann"))  # type: ignore[attr-defined]
    return str(events[0].run)


async def ended(session: object) -> None:
    async for state in session.states():  # type: ignore[attr-defined]
        if not len(state.runs):
            return


def simulated(
    declared: Model, folder: Path, *jobs: tuple[str, str], there: frozenset[tuple[str, str]] = frozenset()
) -> list[tuple[str, float]]:
    """How acquisitions of these packages end, one after the other, and when."""

    async def main(now: Clock) -> list[tuple[str, float]]:
        acquirer, kind = SimulatedAcquirer(), SimulatedMachines(lambda worker: folder, lambda worker: there)
        machine = kind.machine("worker1", None)
        assert State().at == 0
        found = []
        for each in jobs:
            outcome = await acquirer.acquire(declared, acquire_job(each), machine, lambda chunk: None)
            found.append((outcome.state, now()))
        return found

    return in_virtual_time(main, 0.0)


def test_a_prediction_takes_the_time_that_the_rate_says_and_what_is_there_takes_none(tmp_path: Path) -> None:
    size = put(tmp_path / "feed", "tools.1.0.0.zip", 50_000).stat().st_size
    put(tmp_path / "feed", "tools.2.0.0.zip")
    told = simulated(
        fed(tmp_path / "feed", 1000),
        tmp_path / "worker",
        ("tools", "1.0.0"),
        ("tools", "1.0.0"),
        ("tools", "2.0.0"),
        ("tools", "9.0.0"),
        there=frozenset((("tools", "2.0.0"),)),
    )
    seconds = size / 1000
    assert told == [
        ("succeeded", seconds),
        ("succeeded", seconds),
        ("succeeded", seconds),
        ("failed", seconds),
    ]
    assert simulated(fed(tmp_path / "feed"), tmp_path / "other", ("tools", "1.0.0")) == [("succeeded", 1.0)]
    assert not (tmp_path / "other").exists()


def test_a_prediction_reads_a_servers_listing_and_downloads_nothing(tmp_path: Path, served: Served) -> None:
    served.page("/", '[{"name": "tools.1.0.0.zip", "size": 4000}]')
    declared = replace(fed(tmp_path), feeds={"far": Feed(url=served.url, rate=1000)})
    assert simulated(declared, tmp_path / "worker", ("tools", "1.0.0")) == [("succeeded", 4.0)]
    assert served.asked == ["/"]


def test_a_prediction_takes_a_second_for_what_a_server_does_not_say_the_size_of(
    tmp_path: Path, served: Served
) -> None:
    served.page("/", '[{"name": "tools.1.0.0.zip"}]')
    declared = replace(fed(tmp_path), feeds={"far": Feed(url=served.url, rate=1000)})
    assert simulated(declared, tmp_path / "worker", ("tools", "1.0.0")) == [("succeeded", 1.0)]


async def test_p1_a_prediction_chooses_versions_as_a_run_does(tmp_path: Path) -> None:
    put(tmp_path, "tools.1.0.0.zip")
    for acquirer in (RealAcquirer(tmp_path / "manifests"), SimulatedAcquirer()):
        assert await acquirer.choose(fed(tmp_path), ("tools", "image")) == (
            {"tools": "1.0.0"},
            ('no feed holds the package image; known: "tools".',),
        )


def test_a_predicted_acquisition_can_be_stopped(tmp_path: Path) -> None:
    put(tmp_path, "tools.1.0.0.zip")

    async def main(now: Clock) -> tuple[str, float]:
        acquirer = SimulatedAcquirer()
        machine = SimulatedMachines(lambda worker: tmp_path).machine("worker1", None)
        acquirer.stop("job-1.1")
        job = acquire_job(("tools", "1.0.0"))
        going = asyncio.ensure_future(acquirer.acquire(fed(tmp_path), job, machine, lambda chunk: None))
        await asyncio.sleep(0.25)
        acquirer.stop("job-1.1")
        return (await going).state, now()

    assert in_virtual_time(main, 0.0) == ("cancelled", 0.25)
