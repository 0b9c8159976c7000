"""P4: what a script does to its packages reaches no other attempt, and goes when it has ended."""

import asyncio
import shutil
import time
from pathlib import Path

from msgspec.structs import replace

from octotui.engine.advance import advance
from octotui.engine.commands import CancelRun, LoadModel, StartRun
from octotui.engine.state import State
from octotui.model.process import Script
from octotui.model.space import Model
from octotui.runtime.jobs.package_acquisition import AttemptPackages, RealAcquirer, SimulatedAcquirer, copies
from octotui.runtime.open_space import open_space
from octotui.runtime.session import Session
from octotui.workers.machine import AttemptKey
from tests.runtime.feeds import fed, put
from tests.runtime.jobs.test_package_acquisition import here
from tests.world import model, packages, script

POISON = """
cd "#{Octopus.Action.Package[tools].ExtractedPath}"
wc -c <README
echo evil >README; echo evil >more; chmod 777 README .; pwd
"""


def declared(feed: Path, body: str = POISON, again: str = "true", **more: object) -> Model:
    steps = [
        replace(script("One", packages=packages("tools")), action=Script(body=body)),
        replace(script("Two", packages=packages("tools")), action=Script(body=again), **more),
    ]
    return fed(feed, a=steps)


async def run(session: Session) -> tuple[State, str]:
    """Start a run, wait for its end, and read all that its steps printed."""
    events = await session.send(StartRun(process="a", requester="ann"))
    name = str(events[0].run)  # type: ignore[union-attr]
    async for state in session.states():
        if not len(state.runs):
            break
    family = await session.family(name)
    jobs = [each for each in family.runs[name].progress.jobs if family.jobs[each].kind == "script"]
    logs = [session.log_path(name, each) for each in jobs]
    return family, "".join(each.read_text() for each in logs if each.exists())


async def gone(folder: Path) -> None:
    for _ in range(1000):
        if not folder.exists() or not any(folder.iterdir()):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(list(folder.iterdir()))


async def test_p4_a_script_that_edits_its_package_poisons_no_other(tmp_path: Path) -> None:
    """P4: neither a later step of its run, nor a later run, and nothing is fetched again for that."""
    put(tmp_path / "feed", "tools.1.0.0.zip")
    model = declared(tmp_path / "feed", again=POISON)
    async with open_space(model, tmp_path / "state", "ann", time.time) as session:
        for _ in range(2):
            family, printed = await run(session)
            assert family.runs[max(family.runs)].state == "succeeded"
            first, one, second, two = printed.split()
            assert (first, second) == ("10", "10")
            assert one != two
            shutil.rmtree(tmp_path / "feed")
            (tmp_path / "feed").mkdir()
            put(tmp_path / "feed", "tools.1.0.0.zip", 99)
        worker = tmp_path / "state" / "test" / "workers" / "worker1"
        assert (worker / "packages" / "tools" / "1.0.0" / "README").stat().st_size == 10
        await gone(worker / "extracted")


async def test_p4_a_script_that_edits_the_cache_itself_is_told_of(tmp_path: Path) -> None:
    """P4: the step after it gets the package as it was, the run says so, and so does the next one."""
    put(tmp_path / "feed", "tools.1.0.0.zip")
    cache = "#{Octopus.Action.Package[tools].ExtractedPath}/../../../../packages/tools/1.0.0"
    body = f'echo evil >"{cache}/README"'
    again = 'wc -c <"#{Octopus.Action.Package[tools].ExtractedPath}/README"'
    warning = "tools 1.0.0 was changed in the cache (README): it is fetched anew"
    model = declared(tmp_path / "feed", body, again)
    async with open_space(model, tmp_path / "state", "ann", time.time) as session:
        for _ in range(2):
            family, printed = await run(session)
            ended = family.runs[max(family.runs)]
            assert ended.state == "succeeded"
            assert list(ended.progress.warnings) == [warning]
            assert printed.split()[-1] == "10"
            assert f"octotui: {warning}" in printed
        worker = tmp_path / "state" / "test" / "workers" / "worker1"
        (worker / "packages" / "tools" / "1.0.0" / "README").write_text("evil")
        family, _ = await run(session)
    jobs = [family.jobs[each] for each in family.runs["run-3"].progress.jobs]
    assert [each.state for each in jobs if each.kind == "acquire"] == ["succeeded-with-warnings"]


async def test_p4_manifests_are_kept_away_from_workers(tmp_path: Path) -> None:
    put(tmp_path / "feed", "tools.1.0.0.zip")
    async with open_space(declared(tmp_path / "feed"), tmp_path / "state", "ann", time.time) as session:
        await run(session)
    space = tmp_path / "state" / "test"
    manifest = space / "manifests" / "worker1" / "tools" / "1.0.0.json"
    assert manifest.is_file()
    assert not list((space / "workers").rglob("*.json"))


async def test_p4_each_attempt_begins_with_the_package_as_it_was(tmp_path: Path) -> None:
    put(tmp_path / "feed", "tools.1.0.0.zip")
    body = 'cd "#{Octopus.Action.Package[tools].ExtractedPath}"; ls; touch mark; exit 1'
    model = declared(tmp_path / "feed", "true", body, retries=1, backoff=0.0)
    async with open_space(model, tmp_path / "state", "ann", time.time) as session:
        family, printed = await run(session)
    assert family.runs["run-1"].state == "failed"
    assert printed.split().count("README") == 2
    assert "mark" not in printed


async def test_p4_a_run_whose_packages_an_earlier_version_acquired_goes_on(tmp_path: Path) -> None:
    """P4: what it acquired is not verified, so it is fetched for its next step."""
    put(tmp_path / "feed", "tools.1.0.0.zip")
    manifests = tmp_path / "state" / "test" / "manifests"
    body = f"rm -rf {manifests}; echo evil >{manifests.parent}/workers/worker1/packages/tools/1.0.0/README"
    again = 'wc -c <"#{Octopus.Action.Package[tools].ExtractedPath}/README"'
    model = declared(tmp_path / "feed", body, again)
    async with open_space(model, tmp_path / "state", "ann", time.time) as session:
        family, printed = await run(session)
    assert family.runs["run-1"].state == "succeeded"
    assert printed.split() == ["10"]


async def test_p3_a_package_that_cannot_be_had_for_an_attempt_fails_it(tmp_path: Path) -> None:
    put(tmp_path / "feed", "tools.1.0.0.zip")
    cached = tmp_path / "state" / "test" / "workers" / "worker1" / "packages" / "tools" / "1.0.0" / "README"
    body = f"rm -rf {tmp_path}/feed/*; echo evil >{cached}"
    async with open_space(declared(tmp_path / "feed", body), tmp_path / "state", "ann", time.time) as session:
        family, _ = await run(session)
    assert family.runs["run-1"].state == "failed"
    assert "no feed holds the package tools" in family.runs["run-1"].reason


async def test_q6_getting_a_package_again_ends_when_a_run_is_cancelled(tmp_path: Path) -> None:
    """Q6: however slow the feed is."""
    put(tmp_path / "feed", "tools.1.0.0.zip", 500)
    space = tmp_path / "state" / "test"
    body = (
        f"rm -rf {space}/manifests; touch {tmp_path}/begun; until [ -e {tmp_path}/go ]; do sleep 0.02; done"
    )
    model = declared(tmp_path / "feed", body)
    async with open_space(model, tmp_path / "state", "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await there(tmp_path / "begun")
        slow = replace(model.feeds["local"], rate=10)
        await session.send(LoadModel(replace(model, feeds={"local": slow})))
        (tmp_path / "go").touch()
        await there(space / "workers" / "worker1" / "packages" / ".parts")
        before = time.monotonic()
        await session.send(CancelRun(run="run-1", by="ann"))
        async for state in session.states():
            if not len(state.runs):
                break
        family = await session.family("run-1")
        assert time.monotonic() - before < 20
        await gone(space / "workers" / "worker1" / "extracted")
    assert family.runs["run-1"].state == "cancelled"
    assert [family.jobs[each].state for each in family.runs["run-1"].progress.jobs] == [
        "succeeded",
        "succeeded",
        "cancelled",
    ]


async def there(path: Path) -> None:
    while not path.exists():
        await asyncio.sleep(0.01)


async def test_r4_copies_that_a_crash_has_left_go_but_those_of_what_runs(tmp_path: Path) -> None:
    folder, machine = AttemptPackages(SimulatedAcquirer(), Model, time.time), here(tmp_path)
    for name in ("kraken-1-job-1.1-1", "kraken-1-job-2.1-1", "other-1-job-1.1-1"):
        (tmp_path / "extracted" / name / "tools").mkdir(parents=True)
    await folder.remove_orphans(machine, "kraken-1", {"job-2.1-1"})
    await folder.remove_orphans(here(tmp_path / "nowhere"), "kraken-1", set())
    assert sorted(each.name for each in (tmp_path / "extracted").iterdir()) == [
        "kraken-1-job-2.1-1",
        "other-1-job-1.1-1",
    ]
    attempt = AttemptKey("kraken-1", "job-2.1-1")
    assert (tmp_path / copies(attempt)).is_dir()
    await folder.remove(machine, attempt)
    await folder.remove(machine, attempt)
    assert not (tmp_path / copies(attempt)).exists()


async def test_p2_a_step_without_packages_waits_for_none(tmp_path: Path) -> None:
    class Away(SimulatedAcquirer):
        async def provide(self, *_: object) -> tuple[str, ...]:
            raise AssertionError

    state, _ = advance(State(), LoadModel(model({"a": [script("Run")]})), 1.0)
    state, _ = advance(state, StartRun(process="a"), 2.0)
    job, attempt = state.jobs["job-1.1"], AttemptKey("kraken-1", "job-1.1-1")
    assert await AttemptPackages(Away(), Model, time.time).provide(state, job, here(tmp_path), attempt) == ()


async def test_p2_what_an_earlier_start_of_an_attempt_has_left_goes_before_its_packages_come(
    tmp_path: Path,
) -> None:
    """A crash may have cut it off while it copied them."""
    left = tmp_path / "extracted" / "half"
    left.mkdir(parents=True)
    small = model({"a": [script("Run")]})
    state, _ = advance(State(), LoadModel(small), 1.0)
    state, _ = advance(state, StartRun(process="a"), 2.0)
    acquirer, job = RealAcquirer(tmp_path / "manifests"), state.jobs["job-1.1"]
    assert await acquirer.provide(small, job, (), here(tmp_path), "extracted/half") == ()
    assert not left.exists()
