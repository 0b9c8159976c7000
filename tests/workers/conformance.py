"""What every kind of machine keeps of the contract in `octotui.workers.machine` (M1 to M3).

A new kind is one line in KINDS. `tests/workers/test_machine.py` runs all of it for each kind.
"""

import asyncio
import hashlib
import os
import time
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from octotui.model.process import Simulate
from octotui.store.artifacts import ArtifactError
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.logs.line_streams import STDERR, STDOUT
from octotui.store.packages.manifest import PackageChanged
from octotui.workers import reaching
from octotui.workers.executor import AttemptSpec
from octotui.workers.local.agents.executor import AgentExecutor
from octotui.workers.local.machine import LocalMachines
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.machine import AttemptKey, FileError, Machine, MachineKind, Unreachable
from octotui.workers.reaching import follow_to_end, until_reached
from octotui.workers.simulated_machine import SimulatedMachines
from tests.sshd import SSHD
from tests.workers import container_machines
from tests.workers.agents import end_agents
from tests.workers.faulty import FaultyProcesses
from tests.workers.jobs import gone, started, work
from tests.workers.local_transport import DeclaredMachines
from tests.workers.pod_machines import DeclaredPodMachines
from tests.workers.shell_machines import by_busybox, by_dash
from tests.workers.sshd_machines import SshdMachines

Home = Callable[[str], Path]

ATTEMPT = AttemptKey("space-1", "job-1.1-1")
OTHER = AttemptKey("space-1", "job-2.1-1")
LINES = 200
LARGE = bytes(range(256)) * (5 << 12)  # 5 MiB
GO = Cancellation()


class Kind(NamedTuple):
    """A kind of machine: how it is made, and whether it is `real`: it runs scripts, with a disk."""

    name: str
    make: Callable[[Home], MachineKind]
    real: bool = True
    has_python: bool = True
    there: bool = True  # whether this machine has what it needs


KINDS = (
    Kind("local by an agent", lambda home: LocalMachines(AgentExecutor(home("agent")), home)),
    Kind("local by supervisor.sh", lambda home: LocalMachines(SupervisorExecutor(), home)),
    Kind("remote by an agent", DeclaredMachines),
    Kind("remote by sh", by_dash),
    Kind("remote by busybox", by_busybox, has_python=False),
    Kind("remote by ssh", SshdMachines, there=SSHD is not None),
    Kind("container by an agent", container_machines.by_python, there=container_machines.HERE),
    Kind(
        "container by busybox",
        container_machines.by_busybox,
        has_python=False,
        there=container_machines.HERE,
    ),
    Kind("remote by kubectl", DeclaredPodMachines),
    Kind("simulated", SimulatedMachines, real=False),
)


of_real_kinds = pytest.mark.parametrize(
    "under", [each for each in KINDS if each.real], indirect=True, ids=lambda kind: kind.name
)


class Under(NamedTuple):
    """A machine under test, its home on this disk, and how a later process comes to the same one."""

    machine: Machine
    home: Path
    real: bool
    has_python: bool
    again: Callable[[], Machine]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
async def under(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Under]:
    monkeypatch.setattr(reaching, "FIRST", 0.01)
    monkeypatch.setattr(reaching, "MOST", 0.01)
    kind, made = request.param, []
    if not kind.there:
        pytest.skip(f"{kind.name}: this machine lacks what it needs")

    def again() -> Machine:
        made.append(kind.make(lambda worker: tmp_path / worker))
        return made[-1].machine("worker1", None)

    yield Under(again(), tmp_path / "worker1", kind.real, kind.has_python, again)
    for each in made:
        await each.close()
    end_agents(tmp_path)


def spec(under: Under, script: str, *, takes: float = 0.05, result: str = "success") -> AttemptSpec:
    simulate = Simulate(takes=takes, result=result)  # type: ignore[arg-type]
    return work(under.home, script, shell="sh", simulate=simulate)


async def sent(*chunks: bytes, then: Exception | None = None) -> AsyncIterator[bytes]:
    for each in chunks:
        yield each
    if then is not None:
        raise then


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def nothing(chunk: bytes) -> None:
    pass


def numbers(under: Under) -> tuple[AttemptSpec, bytes]:
    """A script that prints lines, and what it prints."""
    body = "".join(f"line {each}\n" for each in range(LINES)) if under.real else ""
    counting = f"i=0; while [ $i -lt {LINES} ]; do echo line $i; i=$((i + 1)); done"
    return spec(under, counting), body.encode()


# Processes


@pytest.mark.parametrize(("script", "result", "state", "code"), [
    ("true", "success", "succeeded", 0),
    ("exit 1", "failure", "failed", 1),
])  # fmt: skip
async def test_m1_an_attempt_ends_as_its_script_does(
    under: Under, script: str, result: str, state: str, code: int
) -> None:
    processes = under.machine.processes
    await processes.start(ATTEMPT, spec(under, script, result=result), "{}")
    end = await processes.follow(ATTEMPT, nothing)
    assert (end.outcome.state, end.outcome.exit_code) == (state, code)
    assert end.outcome.reason == ("" if code == 0 else "exit code 1")
    assert end.lengths in (None, (0, 0))


async def test_m2_an_attempt_starts_once_however_often_it_is_asked_for(under: Under) -> None:
    """M2: at once, again, once it has ended, and by a later process."""
    count = under.home.parent / "count"
    processes, given = under.machine.processes, spec(under, f"echo once >>{count}")
    await asyncio.gather(*(processes.start(ATTEMPT, given, "{}") for _ in range(3)))
    await processes.start(ATTEMPT, given, "{}")
    assert (await processes.follow(ATTEMPT, nothing)).outcome.state == "succeeded"
    await processes.start(ATTEMPT, given, "{}")
    if under.real:
        await under.again().processes.start(ATTEMPT, given, "{}")
        assert count.read_text() == "once\n"


async def test_m2_to_look_changes_nothing(under: Under) -> None:
    processes = under.machine.processes
    looks = [(await processes.inspect(ATTEMPT)).state for _ in range(2)]
    go = under.home.parent / "go"
    given = spec(under, f"until [ -e {go} ]; do sleep 0.01; done")
    await processes.start(ATTEMPT, given, "our record")
    for _ in range(2):
        status = await processes.inspect(ATTEMPT)
        looks.append(status.state)
        assert status.resume == "our record"
    assert looks == ["nothing", "nothing", "running", "running"]
    assert (await processes.inspect(OTHER)).state == "nothing"
    go.touch()
    await processes.follow(ATTEMPT, nothing)
    assert [(await processes.inspect(ATTEMPT)).state for _ in range(2)] == ["ended", "ended"]


async def test_s5_to_stop_is_idempotent_and_has_its_grace(under: Under) -> None:
    """S5: before the start it means nothing, then it ends the attempt, and after the end it means nothing."""
    processes = under.machine.processes
    await processes.stop(ATTEMPT, 5.0)
    script = "trap 'echo bye; exit 3' TERM; echo up; sleep 60 & wait"
    await processes.start(ATTEMPT, spec(under, script, takes=60), "{}")
    printed, up = bytearray(), asyncio.Event()

    def output(chunk: bytes) -> None:
        printed.extend(chunk)
        up.set()

    following = asyncio.ensure_future(processes.follow(ATTEMPT, output))
    if under.real:
        await asyncio.wait_for(up.wait(), 10)
    await asyncio.sleep(0)
    for _ in range(2):
        await processes.stop(ATTEMPT, 5.0)
    end = await asyncio.wait_for(following, 10)
    assert end.outcome.state == "cancelled"
    assert bytes(printed) == (b"up\nbye\n" if under.real else b"")
    await processes.stop(ATTEMPT, 0.0)


APART = {
    "setsid": "setsid sh $SLEEPS &",
    "forked twice": "(setsid sh -c 'sh $SLEEPS &' &)",
    "files closed": "setsid sh $SLEEPS </dev/null >/dev/null 2>&1 3<&- 255<&- &",
}


@of_real_kinds
@pytest.mark.parametrize("apart", APART.values(), ids=APART)
async def test_s5_to_stop_ends_what_has_set_itself_apart(under: Under, apart: str) -> None:
    """S5: also what has left the group and the session, and closed the files that it inherited."""
    processes, noted, sleeps = (
        under.machine.processes,
        under.home.parent / "pid",
        under.home.parent / "sleeps",
    )
    sleeps.write_text(f"echo $$ >{noted}~; mv {noted}~ {noted}; exec sleep 60")
    await processes.start(ATTEMPT, spec(under, f"export SLEEPS={sleeps}; {apart}\nsleep 60"), "{}")
    following = asyncio.ensure_future(processes.follow(ATTEMPT, nothing))
    await started(noted)
    await processes.stop(ATTEMPT, 0.2)
    end = await asyncio.wait_for(following, 20)
    assert (end.outcome.state, end.outcome.warnings) == ("cancelled", ())
    assert gone(int(noted.read_text()))


async def test_to_clean_is_idempotent_and_leaves_nothing(under: Under) -> None:
    processes = under.machine.processes
    await processes.clean(ATTEMPT)
    await processes.start(ATTEMPT, spec(under, "true"), "{}")
    await processes.follow(ATTEMPT, nothing)
    for _ in range(2):
        await processes.clean(ATTEMPT)
    assert (await processes.inspect(ATTEMPT)).state == "nothing"
    assert processes.workspace(ATTEMPT) is None


@pytest.mark.parametrize("part", [0.0, 0.3, 1.0])
async def test_m3_output_is_followed_from_an_offset(under: Under, part: float) -> None:
    """M3: also by a later process, and its whole length is said."""
    (given, body), printed = numbers(under), list[bytes]()
    await under.machine.processes.start(ATTEMPT, given, "{}")
    await under.machine.processes.follow(ATTEMPT, nothing)
    at = int(len(body) * part)
    for machine in (under.machine, under.again()) if under.real else (under.machine,):
        printed.clear()
        end = await machine.processes.follow(ATTEMPT, printed.append, (at, 0))
        assert (end.outcome.state, end.lengths) == ("succeeded", (len(body), 0))
        assert b"".join(printed) == body[at:]


async def test_m3_each_stream_is_followed_from_its_offset(under: Under) -> None:
    """M3, S9: where they are told apart; else all of it is stdout. What is cut is fetched again for each."""
    printing = "for i in 1 2 3 4 5; do echo out $i; echo error $i >&2; done"
    await under.machine.processes.start(ATTEMPT, replace(spec(under, printing), stderr="separate"), "{}")
    expected = [b"".join(b"%s %d\n" % (name, each) for each in range(1, 6)) for name in (b"out", b"error")]
    processes, printed = FaultyProcesses(under.machine.processes, cut=20), [b"", b""]

    def keep(chunk: bytes, stream: int = STDOUT) -> None:
        printed[stream] += chunk

    assert (await follow_to_end(processes, ATTEMPT, keep)).state == "succeeded"
    if not under.real:
        return
    if printed[STDERR]:
        assert printed == expected
    assert sorted(b"".join(printed).splitlines()) == sorted(b"".join(expected).splitlines())
    lengths = len(printed[STDOUT]), len(printed[STDERR])
    whole, printed[:] = [*printed], [b"", b""]
    offsets = lengths[STDOUT] // 2, lengths[STDERR] // 3
    end = await under.machine.processes.follow(ATTEMPT, keep, offsets)
    assert end.lengths == lengths
    assert printed == [whole[stream][offsets[stream] :] for stream in (STDOUT, STDERR)]


async def test_r4_a_follower_that_goes_ends_nothing(under: Under) -> None:
    processes, printed = under.machine.processes, bytearray()
    script = "echo one; sleep 0.3; echo two"
    await processes.start(ATTEMPT, spec(under, script, takes=0.3), "{}")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(processes.follow(ATTEMPT, printed.extend), 0.1)
    end = await processes.follow(ATTEMPT, printed.extend, (len(printed), 0))
    assert end.outcome.state == "succeeded"
    assert bytes(printed) == (b"one\ntwo\n" if under.real else b"")


async def test_r4_what_crashes_have_left_goes_but_not_what_runs(under: Under) -> None:
    processes = under.machine.processes
    for each in (ATTEMPT, OTHER):
        await processes.start(each, spec(under, "sleep 60", takes=60), "{}")
    later = under.again().processes if under.real else processes
    await later.remove_orphans(ATTEMPT.space, {ATTEMPT.name, OTHER.name})
    assert (await later.inspect(OTHER)).state == "running"
    for each in (ATTEMPT, OTHER):
        following = asyncio.ensure_future(later.follow(each, nothing))
        await asyncio.sleep(0.05)
        await later.stop(each, 0.0)
        await following
    if under.real:
        last = under.again().processes
        await last.remove_orphans(ATTEMPT.space, {OTHER.name})
        assert (await last.inspect(ATTEMPT)).state == "nothing"
        assert (await last.inspect(OTHER)).state != "nothing"


async def test_m6_what_crashes_have_left_running_is_stopped(under: Under) -> None:
    """M6: with all that it has started, before its files go."""
    processes = under.machine.processes
    noted = under.home.parent / "pid"
    script = f"sleep 60 & echo $! >{noted}.new; mv {noted}.new {noted}; wait"
    await processes.start(ATTEMPT, spec(under, script, takes=0.2), "{}")
    if not under.real:  # it has no processes
        await processes.remove_orphans(ATTEMPT.space, set())
        return
    async with asyncio.timeout(30):
        while not noted.exists():
            await asyncio.sleep(0.01)
    pid = int(noted.read_text())
    await under.again().processes.remove_orphans(ATTEMPT.space, set())
    async with asyncio.timeout(30):
        while Path(f"/proc/{pid}").exists() and ") Z" not in Path(f"/proc/{pid}/stat").read_text():
            await asyncio.sleep(0.01)
    assert (await under.again().processes.inspect(ATTEMPT)).state == "nothing"


# Faults of the way


@pytest.mark.parametrize("faults", [
    ["before start"],
    ["after start"],
    ["before start", "after start", "before start"],
], ids=" ".join)  # fmt: skip
async def test_m1_a_start_whose_reply_is_lost_is_repeated_and_starts_once(
    under: Under, faults: list[str]
) -> None:
    count, told = under.home.parent / "count", list[str]()
    processes = FaultyProcesses(under.machine.processes, faults)
    given = spec(under, f"echo once >>{count}")
    await until_reached(
        lambda: processes.start(ATTEMPT, given, "{}"), lambda problem, wait: told.append(problem)
    )
    assert [bool(each) for each in told] == [*[True] * len(faults), False]
    assert processes.faults == []
    assert (await processes.follow(ATTEMPT, nothing)).outcome.state == "succeeded"
    assert not under.real or count.read_text() == "once\n"


async def test_m1_unreachable_is_not_failed_and_output_goes_on_where_it_broke_off(under: Under) -> None:
    """M1, M3: the attempt goes on over there."""
    given, body = numbers(under)
    processes, printed = FaultyProcesses(under.machine.processes, ["before follow"], cut=700), bytearray()
    await processes.start(ATTEMPT, given, "{}")
    outcome = await follow_to_end(processes, ATTEMPT, printed.extend)
    assert outcome.state == "succeeded"
    assert bytes(printed) == body
    assert processes.calls.count("follow") == (3 if under.real else 2)


async def test_m3_a_hole_in_output_is_fetched_again_before_the_end_is_believed(under: Under) -> None:
    given, body = numbers(under)
    processes, printed = FaultyProcesses(under.machine.processes, cut=700, silent=2), bytearray()
    await processes.start(ATTEMPT, given, "{}")
    assert (await follow_to_end(processes, ATTEMPT, printed.extend)).state == "succeeded"
    assert bytes(printed) == body


async def test_m3_success_never_stands_beside_a_log_with_a_hole(under: Under) -> None:
    given, body = numbers(under)
    processes, printed = FaultyProcesses(under.machine.processes, cut=700, silent=1000), bytearray()
    await processes.start(ATTEMPT, given, "{}")
    outcome = await follow_to_end(processes, ATTEMPT, printed.extend)
    assert bytes(printed) == body[:700]
    assert outcome.state == ("lost" if under.real else "succeeded")
    missing = f"the last {len(body) - 700:,} bytes of its output cannot be had from its machine"
    assert outcome.reason == (missing if under.real else "")


async def test_m1_stop_and_clean_are_repeated_until_acknowledged(under: Under) -> None:
    faults = ["before stop", "after stop", "before clean", "after clean"]
    processes = FaultyProcesses(under.machine.processes, faults)
    await processes.start(ATTEMPT, spec(under, "sleep 60", takes=60), "{}")
    following = asyncio.ensure_future(processes.follow(ATTEMPT, nothing))
    await asyncio.sleep(0.05)
    await until_reached(lambda: processes.stop(ATTEMPT, 0.0))
    assert (await following).outcome.state == "cancelled"
    await until_reached(lambda: processes.clean(ATTEMPT))
    assert (processes.faults, processes.calls.count("stop"), processes.calls.count("clean")) == ([], 3, 3)
    assert (await processes.inspect(ATTEMPT)).state == "nothing"


# Files


async def test_m1_a_file_arrives_whole_and_is_read_from_an_offset(under: Under) -> None:
    files = under.machine.files
    await files.put("deep/in/file", sent(LARGE[:1000], LARGE[1000:]), sha256(LARGE))
    for offset in (0, 1, 3 << 20, len(LARGE)):
        chunks = [chunk async for chunk in files.get("deep/in/file", offset)]
        assert b"".join(chunks) == LARGE[offset:]
        assert max(map(len, chunks), default=0) <= 1 << 20
    digest = await files.digest("deep/in/file")
    assert (digest.size, digest.sha256) == (len(LARGE), sha256(LARGE))
    await files.put("deep/in/file", sent(b"new"), sha256(b"new"))
    assert await files.read("deep/in", ["file", "missing"], 2) == {"file": b"ne"}
    assert [each.path for each in await files.list("deep/in")] == ["deep/in/file"]


async def test_m1_a_wrong_sha256_is_refused_and_replaces_nothing(under: Under) -> None:
    files = under.machine.files
    await files.put("file", sent(b"as it was"), sha256(b"as it was"))
    with pytest.raises(FileError, match="damaged on its way"):
        await files.put("file", sent(b"ev", b"il"), sha256(b"good"))
    assert await files.received("file", sha256(b"good")) == 0
    assert [chunk async for chunk in files.get("file")] == [b"as it was"]
    with pytest.raises(FileError, match="SHA-256"):
        await files.put("file", sent(b"x"), "../../x")


async def test_m1_an_interrupted_transfer_goes_on_where_it_broke_off(under: Under) -> None:
    """M1: nothing has the file's name before all of it is there, and other content is not mixed with it."""
    files, digest = under.machine.files, sha256(LARGE)
    assert await files.received("in/file", digest) == 0
    with pytest.raises(Unreachable):
        await files.put("in/file", sent(LARGE[:70_000], then=Unreachable("gone")), digest)
    assert await files.received("in/file", digest) == 70_000
    with pytest.raises(FileError):
        await files.digest("in/file")
    assert await files.received("in/file", sha256(b"another")) == 0
    with pytest.raises(FileError, match="cannot be resumed"):
        await files.put("in/file", sent(LARGE[80_000:]), digest, 80_000)
    with pytest.raises(Unreachable):
        await files.put("in/file", sent(LARGE[70_000:], then=Unreachable("gone")), digest, 70_000)
    await files.put("in/file", sent(), digest, await files.received("in/file", digest))
    assert (await files.digest("in/file")).sha256 == digest
    assert await files.received("in/file", digest) == 0


HOSTILE = ("", ".", "..", "../file", "/etc/passwd", "in/../../file", "in//file", "in/", "./file", "a\0b")


@pytest.mark.parametrize("path", HOSTILE)
async def test_m1_no_path_leads_out_of_the_directory(under: Under, path: str) -> None:
    files, no_path = under.machine.files, "is no path below the directory of a machine"
    for call in (
        lambda: files.put(path, sent(b"evil"), sha256(b"evil")),
        lambda: files.received(path, sha256(b"evil")),
        lambda: anext(files.get(path)),
        lambda: files.read(path, ["file"], 1),
        lambda: files.read("in", [path], 1),
        lambda: files.list(path),
        lambda: files.digest(path),
        lambda: files.remove(path),
    ):
        with pytest.raises(FileError, match=no_path):
            await call()


async def test_m1_names_are_taken_as_they_are(under: Under) -> None:
    files = under.machine.files
    for name in ("$(touch x)", "a;b", "-rf", "new\nline", "größe", "'\"", "*", "x" * 200):
        await files.put(f"in/{name}", sent(b"1"), sha256(b"1"))
        assert [chunk async for chunk in files.get(f"in/{name}")] == [b"1"]
    assert len(await files.list("in")) == 8
    await files.remove("in/*")
    assert len(await files.list("in")) == 7


@of_real_kinds
async def test_m1_no_link_is_followed(under: Under) -> None:
    """M1: whoever may write below the directory leads nobody out of it."""
    files, outside = under.machine.files, under.home.parent / "outside"
    outside.mkdir()
    (outside / "file").write_text("as it was")
    (under.home / "in").mkdir(parents=True)
    (under.home / "in" / "away").symlink_to(outside)
    (under.home / "in" / "link").symlink_to(outside / "file")
    os.mkfifo(under.home / "in" / "pipe")
    for call in (
        lambda: files.put("in/away/file", sent(b"evil"), sha256(b"evil")),
        lambda: files.put("in/away/new/file", sent(b"evil"), sha256(b"evil")),
        lambda: anext(files.get("in/away/file")),
        lambda: anext(files.get("in/link")),
        lambda: anext(files.get("in/pipe")),
        lambda: files.digest("in/link"),
        lambda: files.list("in/away"),
        lambda: files.remove("in/away/file"),
    ):
        with pytest.raises(FileError):
            await call()
    assert await files.read("in/away", ["file"], 100) == {}
    assert await files.read("in", ["link", "pipe", "away/file"], 100) == {}
    kinds = {each.path: each.kind for each in await files.list("in", deep=True)}
    assert kinds == {"in/away": "link", "in/link": "link", "in/pipe": "other"}
    await files.put("in/link", sent(b"ours"), sha256(b"ours"))
    await files.remove("in/away")
    await files.remove("in")
    assert (outside / "file").read_text() == "as it was"
    assert [each.name for each in outside.iterdir()] == ["file"]


async def test_m1_folders_are_listed_and_removed(under: Under) -> None:
    files = under.machine.files
    assert await files.list("in", deep=True) == ()
    await files.remove("in")
    for name in ("b", "a/c", "a/d/e"):
        await files.put(f"in/{name}", sent(b"12"), sha256(b"12"))
    assert [(each.path, each.kind, each.size) for each in await files.list("in")] == [
        ("in/a", "folder", 0),
        ("in/b", "file", 2),
    ]
    assert [each.path for each in await files.list("in", deep=True) if each.kind == "file"] == [
        *("in/a/c", "in/a/d/e", "in/b")
    ]
    with pytest.raises(FileError):
        await files.put("in/b/below", sent(b"x"), sha256(b"x"))
    await files.remove("in/a")
    assert [each.path for each in await files.list("in", deep=True)] == ["in/b"]
    assert await files.free() > 0


# Workspaces, packages, facts


async def test_v7_the_files_that_a_script_names_are_read_and_the_rest_is_saved(under: Under) -> None:
    """V7: relative to its workspace, or absolute, as its script could read it."""
    processes, beside = under.machine.processes, under.home.parent / "beside"
    beside.write_text("beside")
    await processes.start(ATTEMPT, spec(under, "mkdir d; echo one >d/report; mkfifo pipe"), "{}")
    await processes.follow(ATTEMPT, nothing)
    files = processes.workspace(ATTEMPT)
    if not under.real:
        assert files is None
        return
    assert files is not None
    assert [chunk async for chunk in files.get("d/report", 100)] == [b"one\n"]
    assert [chunk async for chunk in files.get(str(beside), 6)] == [b"beside"]
    for path, largest in (("d/report", 3), ("pipe", 9), ("d", 9), ("missing", 9), ("a\0b", 9)):
        with pytest.raises(ArtifactError):
            await anext(files.get(path, largest))
    saved = under.home.parent / "saved"
    assert await files.save(saved) is None
    assert (saved / "d" / "report").read_text() == "one\n"
    assert sorted(each.name for each in saved.iterdir()) == ["d", "pipe"]


async def test_v7_files_of_a_container_are_those_below_a_folder_and_by_no_link(under: Under) -> None:
    """R6, S8: whatever path a script names, and whatever it has put on the way."""
    processes, beside = under.machine.processes, under.home.parent / "data"
    (beside / "d").mkdir(parents=True)
    (beside / "d" / "file").write_text("data")
    script = (
        f"mkdir -p w/d; echo one >w/d/report; echo two >out; ln -s {beside} w/l; ln -s ../out w/o; echo $PWD"
    )
    said: list[bytes] = []
    await processes.start(ATTEMPT, spec(under, f"cd ${{OCTOTUI_VALUES%/values}}; {script}"), "{}")
    await processes.follow(ATTEMPT, lambda chunk, stream=1: said.append(chunk))
    files = processes.workspace(ATTEMPT)
    if files is None:
        assert not under.real
        return
    folder = b"".join(said).decode().strip()
    for path, below in (
        *(("w/d/report", "w"), (f"{folder}/w/d/report", "w"), ("w/x/../d/report", "w")),
        *((f"{beside}/d/file", str(beside)), (f"{beside}/d/file", "/")),
    ):
        assert b"".join([chunk async for chunk in files.get(path, 100, below)]) in (b"one\n", b"data"), path
    for path, below, why in (
        *(("out", "w", "it must be below"), ("w/../out", "w", "it must be below")),
        *((f"{beside}/d/file", "w", "it must be below"), (f"{beside}/../x", str(beside), "it must be below")),
        *(("w/o", "w", "it is a link"), ("w/d", "w", "it is a folder"), ("w", "w", "it must be below")),
        *(("w/l/d/file", "w", "."), ("w/none/x", "w", "No such file"), ("w/a\0b", "w", "no path")),
    ):
        with pytest.raises(ArtifactError, match=why):
            await anext(files.get(path, 100, below))


async def test_p2_a_package_is_installed_compared_and_copied(under: Under) -> None:
    """P2, P4: what is copied is what was installed."""
    packages = under.machine.packages
    archive = packages.archive("tools", "tools.1.0.zip")
    if under.real:
        archive.parent.mkdir(parents=True)
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("bin/tool", "good")
    async with packages.lock("tools", "1.0", GO):
        manifest = await packages.install("tools", "1.0", archive, GO)
    assert await packages.held() == {("tools", "1.0")}
    await packages.record_use("tools", "1.0")
    assert await packages.change("tools", "1.0", manifest, GO) == ""
    assert await packages.change("tools", "2.0", manifest, GO) is None
    await packages.copy("tools", "1.0", manifest, "extracted/one/tools", GO)
    if not under.real:
        return
    assert (under.home / "extracted" / "one" / "tools" / "bin" / "tool").read_text() == "good"
    (under.home / "packages" / "tools" / "1.0" / "bin" / "tool").write_text("evil")
    assert await packages.change("tools", "1.0", manifest, GO) == "bin/tool"
    with pytest.raises(PackageChanged):
        await packages.copy("tools", "1.0", manifest, "extracted/two/tools", GO)
    assert not (under.home / "extracted" / "two" / "tools").exists()
    assert await packages.evict(0, lambda: {("tools", "1.0")}) == ()
    assert await packages.evict(0, set) == (("tools", "1.0"),)
    assert await packages.held() == set()


@of_real_kinds
async def test_p2_a_package_is_held_by_one_at_a_time_and_who_waits_can_be_stopped(under: Under) -> None:
    stopping = Cancellation()
    async with under.machine.packages.lock("tools", "1.0", GO):
        asyncio.get_running_loop().call_later(0.05, stopping.stop)
        with pytest.raises(Cancelled):
            async with under.again().packages.lock("tools", "1.0", stopping):
                raise AssertionError
        async with under.again().packages.lock("tools", "2.0", GO):
            pass
    async with under.again().packages.lock("tools", "1.0", GO):
        pass


async def test_m1_a_machine_says_what_it_is(under: Under) -> None:
    facts = await under.machine.facts(["cat", "no-such-tool"])
    assert await under.machine.boot() == facts.boot
    if under.real:
        assert facts.system
        assert facts.architecture
        assert facts.boot
        assert abs(facts.clock - time.time()) < 60
        assert facts.shells["sh"].endswith("sh")
        assert bool(facts.python) == under.has_python
        assert set(facts.tools) == {"cat"}
    assert Path(under.machine.directory) == under.home
