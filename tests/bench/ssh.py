"""What work on machines by SSH costs, against the tools of OpenSSH, with real servers on loopback.

First workers with nothing to do: what 200 of them take of a core here, and of memory. Then, on connections
that are open before: jobs of one script in turn, against `ssh` with ControlMaster that runs the same; the
lines of a job of `cat`, against `ssh machine cat`; a package for many machines, read and unpacked once,
against as many `scp` of its file side by side; and many short jobs on many machines, through the engine,
against `parallel --sshlogin`, or `xargs -P` of `ssh` where that is not installed. What is 0 is left out.

Where a machine has no time to spare, the wall clock says less of a package: one process sends it, and it gets
the share of one, where each `scp` and its `ssh` get theirs. CPU is that of all processes, servers included.
"""

import asyncio
import gc
import os
import shutil
import statistics
import subprocess
import tarfile
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from octotui.engine.commands import LoadModel, StartRun
from octotui.engine.state import State
from octotui.model.machines.accounts import Account, Endpoint
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Engine, Model, Pool, Space, Worker
from octotui.runtime.effects import EffectRunner
from octotui.runtime.jobs.package_acquisition import RealAcquirer
from octotui.runtime.jobs.secret_sources import read_secret
from octotui.runtime.open_space import space_machines
from octotui.runtime.session import Session
from octotui.store.cancellation import Cancellation
from octotui.store.journal.journal import Journal
from octotui.store.logs.line_streams import STDOUT
from octotui.store.space_folder import SpaceFolder
from octotui.workers.local.agents.executor import AgentExecutor
from octotui.workers.machine import AttemptKey, Machine
from octotui.workers.remote.channel import QUIET
from octotui.workers.ssh.machines import SshKinds
from tests.cpu_time import adopt_orphans, cpu_time
from tests.ratios import Ratio, in_memory, measure
from tests.sshd import SSHD, USER, Login, Sshd
from tests.workers.agents import end_agents
from tests.workers.jobs import work

LINE = b"x" * 103 + b"\n"
SFTP = "Subsystem sftp internal-sftp"  # which scp needs
FILES = 20  # of a package
SETTLED = 2.5 * QUIET  # seconds
IDLE = 200  # workers that the bounds of idle ones are for
CONFIG = """\
Host *
  User {user}
  HostName 127.0.0.1
  IdentityFile {folder}/id_ed25519
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known_hosts
  BatchMode yes
  LogLevel ERROR
  ControlMaster auto
  ControlPath {folder}/%p
  ControlPersist 600
"""


class Servers:
    """Servers, and an account that may log in to all of them, for OpenSSH and for octotui."""

    def __init__(self, folder: Path, count: int) -> None:
        os.environ |= {"HOME": str(folder / "home"), "XDG_CONFIG_HOME": str(folder / "home" / ".config")}
        os.environ.pop("SSH_AUTH_SOCK", None)
        self.folder = folder
        self.login = Login(folder / "home")
        self.all = [Sshd(folder / f"machine{each}", self.login.key, SFTP).start() for each in range(count)]
        self.login.knows(*self.all)
        self.config = str(folder / "config")
        Path(self.config).write_text(CONFIG.format(user=USER, folder=self.login.folder))

    def endpoint(self, number: int) -> Endpoint:
        """Return the way to a server."""
        return Endpoint(self.all[number].endpoint, Account(key=str(self.login.key)))

    def open_masters(self) -> None:
        """Open the connections that `ssh` keeps."""
        for each in self.all:
            subprocess.run(self.ssh(each, "true"), check=True)

    def ssh(self, server: Sshd, *command: str) -> Sequence[str]:
        """Return the command of `ssh` by the connection that is kept."""
        return ("ssh", "-F", self.config, "-p", str(server.port), "127.0.0.1", *command)

    def stop(self) -> None:
        """End all servers, connections and agents."""
        for each in self.all:
            options = ("-F", self.config, "-p", str(each.port), "-O", "exit", "127.0.0.1")
            subprocess.run(("ssh", *options), capture_output=True, check=False)
            each.stop()
            end_agents(each.home)


class Costs:
    """Ratios of seconds of the wall clock, and of CPU, of two ways that are taken in turn."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []
        self._said: list[str] = []

    def __str__(self) -> str:
        return ", ".join(self._said)

    def add(self, name: str, before: tuple[float, float]) -> None:
        """Take the end of what began at a moment."""
        cpu, wall = (now - then for now, then in zip(moment(), before, strict=True))
        self.cpu.append(cpu)
        self.wall.append(wall)
        self._said.append(f"{name} {wall:.3f} s with {cpu:.2f} s of CPU")

    @property
    def of_wall(self) -> float:
        """The first by the second, in wall clock."""
        return self.wall[0] / self.wall[1]

    @property
    def of_cpu(self) -> float:
        """The first by the second, in CPU."""
        return self.cpu[0] / self.cpu[1]


def moment() -> tuple[float, float]:
    """Return seconds of CPU of all processes, and of the clock."""
    return cpu_time(), time.perf_counter()


async def in_thread(command: Sequence[str], **more: object) -> None:
    """Run a command that has to succeed."""
    await asyncio.to_thread(partial(subprocess.run, command, check=True, **more))


async def job(machine: Machine, name: str, script: str) -> int:
    """Run a job from its start until nothing of it is left, and return the bytes that it has printed."""
    key, count = AttemptKey("space", name), 0

    def output(chunk: bytes, stream: int = STDOUT, /) -> None:
        nonlocal count
        count += len(chunk)

    await machine.processes.start(key, work(Path(), script, job=name, shell="sh"), "{}", is_new=True)
    end = await machine.processes.follow(key, output)
    assert end.outcome.state == "succeeded", end
    await machine.processes.clean(key)
    return count


async def jobs_in_turn(servers: Servers, machine: Machine, jobs: int, name: str) -> Costs:
    """Compare jobs of one script with `ssh` that runs the same."""
    costs, script = Costs(), "echo done\n"
    before = moment()
    for each in range(jobs):
        await job(machine, f"{name}-{each}", script)
    costs.add("jobs", before)
    command = servers.ssh(servers.all[0], "sh")
    before = moment()
    for _ in range(jobs):
        await in_thread(command, input=script.encode(), stdout=subprocess.DEVNULL)
    costs.add("ssh", before)
    return costs


async def lines_of(servers: Servers, machine: Machine, file: Path, name: str) -> Costs:
    """Compare `ssh machine cat` of a file with a job that prints it."""
    costs = Costs()
    before = moment()
    await in_thread(servers.ssh(servers.all[0], "cat", str(file)), stdout=subprocess.DEVNULL)
    costs.add("ssh cat", before)
    before = moment()
    assert await job(machine, name, f"cat {file}\n") == file.stat().st_size
    costs.add("a job", before)
    return costs


async def packages(servers: Servers, machines: Sequence[Machine], archive: Path, version: str) -> Costs:
    """Compare `scp` of a package's file to machines with its installation on them."""
    costs, stopping = Costs(), Cancellation()
    targets = [(each.port, each.home / "copied") for each in servers.all[: len(machines)]]
    before = moment()
    await asyncio.gather(
        *(
            in_thread(
                ("scp", "-q", "-F", servers.config, "-P", str(port), str(archive), f"127.0.0.1:{target}")
            )
            for port, target in targets
        )
    )
    costs.add("scp", before)
    for _, target in targets:
        target.unlink()
    fetched = machines[0].packages.archive("library", archive.name)
    fetched.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(archive, fetched)
    before = moment()
    await asyncio.gather(*(each.packages.install("library", version, fetched, stopping) for each in machines))
    costs.add("installation", before)
    for each in machines:
        await each.files.remove("packages/library")
    return costs


def model(servers: Sequence[Sshd], jobs: int) -> Model:
    """Return as many runs as there are machines, which share the jobs."""
    workers = {
        f"worker{n}": Worker(name=f"worker{n}", endpoint=each.endpoint) for n, each in enumerate(servers)
    }
    script = Script(body="echo done", shell="sh")
    steps = (Step(name=f"step {n}", pool="machines", action=script) for n in range(jobs // len(workers)))
    return Model(
        space=Space("Bench", "bench"),
        engine=Engine(task_cap=len(workers), supervisor="agent"),
        pools={"machines": Pool(name="Machines", workers=tuple(workers), affinity="step")},
        workers=workers,
        runbooks={"done": Runbook(name="Done", steps=tuple(steps))},
    )


@asynccontextmanager
async def engine(servers: Sequence[Sshd], jobs: int) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Yield what takes the jobs through the whole engine, whose connections are kept."""
    with tempfile.TemporaryDirectory() as space, SpaceFolder(Path(space), "bench") as folder:
        journal = Journal(folder.journal)
        machines = space_machines(AgentExecutor(folder.agents), folder, read_secret)
        effects = partial(EffectRunner, folder, machines, RealAcquirer(folder.manifests), time.time)
        session = Session(State(), journal, effects, user="ann", now=time.time)
        await session.send(LoadModel(model(servers, jobs)))

        async def run() -> None:
            await asyncio.gather(*(session.send(StartRun(process="done")) for _ in servers))
            async for state in session.states():
                if not state.runs:
                    break
            ended = {record.state for record in session.recent(len(servers))}
            assert ended == {"succeeded"}, ended

        yield run
        await session.close()
        journal.close()


def tool(servers: Servers, targets: Sequence[Sshd], jobs: int) -> tuple[Sequence[str], bytes]:
    """Return the command that runs jobs on machines, one at a time on each, and its input."""
    ports = [str(each.port) for each in targets]
    if shutil.which("parallel") is not None:
        logins = ",".join(f"1/ssh -F {servers.config} -p {port} 127.0.0.1" for port in ports)
        command = ("parallel", "--will-cite", "--sshlogin", logins, "-j", "1", "echo done {}")
        return command, b"".join(b"%d\n" % each for each in range(jobs))
    ssh = ("ssh", "-n", "-F", servers.config, "-p", "PORT", "127.0.0.1", "echo done")
    given = "\n".join(ports[each % len(ports)] for each in range(jobs)).encode()
    return ("xargs", "-P", str(len(ports)), "-I", "PORT", *ssh), given


async def spread(servers: Servers, count: int, jobs: int, rounds: int) -> list[Costs]:
    """Compare a tool that runs jobs on many machines with the engine."""
    targets, found = servers.all[:count], list[Costs]()
    command, given = tool(servers, targets, jobs)
    async with engine(targets, jobs) as run:
        await run()
        for _ in range(rounds):
            costs = Costs()
            before = moment()
            await in_thread(command, input=given, stdout=subprocess.DEVNULL)
            costs.add(command[0], before)
            before = moment()
            await run()
            costs.add("the engine", before)
            found.append(costs)
    return found


def memory() -> float:
    """Return the MiB that this process has now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").exists() else 0
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


async def idle(machines: Sequence[Machine], seconds: int) -> tuple[float, float]:
    """Return the share of a core that 200 idle workers take, in percent, and the MiB of each."""
    await job(machines[0], "idle", "true")
    before = memory()
    await asyncio.gather(*(job(each, "idle", "true") for each in machines[1:]))
    each = (memory() - before) / (len(machines) - 1)
    await asyncio.sleep(
        SETTLED if seconds > 2 else 0
    )  # until what they did is over, and they are asked seldom
    began, used = time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    share = (time.process_time() - used) / (time.perf_counter() - began)
    return share * 100 * IDLE / len(machines), each


def make_archive(folder: Path, megabytes: int) -> Path:
    """Return an archive with files that cannot be compressed."""
    size, path = megabytes * 10**6 // FILES, folder / "library.tar"
    with tarfile.open(path, "w") as archive:
        for number in range(FILES):
            entry = tarfile.TarInfo(f"file{number}")
            entry.size = size
            archive.addfile(entry, BytesIO(os.urandom(size)))
    return path


class Sizes(NamedTuple):
    """How much is measured, as the options of the command line say it; what is 0 is left out."""

    jobs: int
    lines: int
    megabytes: int
    targets: int
    many: int
    machines: int
    idle: int
    seconds: int
    rounds: int


async def measured(servers: Servers, kinds: SshKinds, sizes: Sizes) -> list[Ratio]:
    """Measure all in turn."""
    machines = [kinds.of(servers.endpoint(n)).machine("worker", None) for n in range(len(servers.all))]
    ratios, rounds = list[Ratio](), range(sizes.rounds)
    if sizes.idle:  # the first: memory that others have freed would be used again
        share, each = await idle(machines[: sizes.idle], sizes.seconds)
        ratios.append(Ratio(f"percent of a core for {IDLE} idle workers", share, most=1.0))
        ratios.append(Ratio("MiB of an idle worker", each, most=2.0))
    servers.open_masters()
    await job(machines[0], "first", "true")
    if sizes.jobs:
        found = [await jobs_in_turn(servers, machines[0], sizes.jobs, f"turn-{n}") for n in rounds]
        ratios += said("a job / ssh", found, most=1.5)
    if sizes.lines:
        (file := servers.folder / "lines").write_bytes(LINE * sizes.lines)
        found = [await lines_of(servers, machines[0], file, f"lines-{n}") for n in rounds]
        ratios += said("ssh cat / the lines of a job", found, least=0.6)
    if sizes.megabytes:
        archive = make_archive(servers.folder, sizes.megabytes)
        found = [await packages(servers, machines[: sizes.targets], archive, f"1.{n}") for n in rounds]
        ratios += said(f"scp / a package to {sizes.targets}", found, least=0.7)
    if sizes.many:
        found = await spread(servers, sizes.machines, sizes.many, sizes.rounds)
        ratios += said(f"a tool / the engine on {sizes.machines} machines", found, least=0.8)
    return ratios


def said(name: str, found: Sequence[Costs], **bounds: float) -> list[Ratio]:
    """Print all costs, and return the medians of their ratios."""
    print(*found, sep="\n", flush=True)
    return [
        Ratio(f"{name}, median", statistics.median(each.of_wall for each in found), **bounds),
        Ratio(f"{name} in CPU, median", statistics.median(each.of_cpu for each in found)),
    ]


async def at(folder: Path, sizes: Sizes) -> list[Ratio]:
    """Measure with servers in a folder."""
    servers = Servers(folder, max(sizes.idle, sizes.machines, sizes.targets))
    kinds = SshKinds(read_secret, "space", folder / "fetched")
    try:
        return await measured(servers, kinds, sizes)
    finally:
        ends = (kinds.of(servers.endpoint(n)).close() for n in range(len(servers.all)))
        await asyncio.gather(*ends)
        servers.stop()


def main(
    jobs: int = 50,
    lines: int = 1_000_000,
    megabytes: int = 100,
    targets: int = 10,
    many: int = 100,
    machines: int = 20,
    idle: int = 40,
    seconds: int = 60,
    rounds: int = 5,
) -> Iterator[Ratio]:
    """Measure all in one run."""
    if SSHD is None:
        print("there is no sshd on this machine: nothing is measured")
        return
    adopt_orphans()
    sizes = Sizes(jobs, lines, megabytes, targets, many, machines, idle, seconds, rounds)
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        yield from asyncio.run(at(Path(folder), sizes))


if __name__ == "__main__":
    smallest = {"jobs": 2, "lines": 1000, "megabytes": 1, "targets": 2, "many": 4}
    measure(main, **smallest, machines=2, idle=2, seconds=1, rounds=1)
