"""M5: a check over the contract of machines: real ones here, and ones that are away."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import Command, ReportCheck
from octotui.engine.state import State
from octotui.model.machines.health_policy import MachinePolicy
from octotui.model.process import Script, Shell
from octotui.model.space import Engine, Model
from octotui.runtime.health.check_script import LONG
from octotui.runtime.health.health_checker import HealthChecker
from octotui.runtime.jobs.secret_store import SecretStore
from octotui.workers.agent_client import agents, connection
from octotui.workers.local.agents.executor import AgentExecutor
from octotui.workers.local.machine import LocalMachines
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.machine import Gone, Locked, Machine, MachineFacts, Machines, Unreachable
from octotui.workers.simulated_machine import SimulatedMachine, SimulatedMachines
from tests.runtime.served import until
from tests.workers.agents import end_agents, living
from tests.world import START, model, script

SMALL = model({"go": [script("A", needs=("sh", "no-such-tool>=1.0"))]}, 1)


class Port:
    """What a checker sees of a session."""

    def __init__(self, declared: Model) -> None:
        self.state = State(model=declared)
        self.reported: list[Command] = []
        self.failures: list[BaseException] = []

    def report(self, command: Command) -> None:
        self.reported.append(command)

    def fail(self, failure: BaseException) -> None:
        self.failures.append(failure)


def policy(body: str, shell: Shell = "bash", timeout: float = 60.0) -> MachinePolicy:
    return MachinePolicy(
        name="Own", check="script", script=Script(body=body, shell=shell), timeout=timeout, every=None
    )


async def unrecorded(worker: str, machine: Machine, boot: str) -> None:
    """Record no machine."""


async def _checked(declared: Model, machines: Machines, *, closes: bool = True) -> tuple[ReportCheck, Port]:
    port = Port(declared)
    checker = HealthChecker("space", unrecorded, machines, SecretStore(), lambda: START, port)
    checker.start("worker1")
    for _ in range(3000):
        if port.reported or port.failures:
            break
        await asyncio.sleep(0.01)
    await checker.close()
    if closes:
        await machines.close()
    assert not port.failures
    (report,) = port.reported
    assert isinstance(report, ReportCheck)
    return report, port


def check_here(folder: Path, *policies: MachinePolicy) -> ReportCheck:
    """Check a worker of this machine."""

    async def main() -> ReportCheck:
        kind = LocalMachines(SupervisorExecutor(), lambda worker: folder / worker)
        declared = replace(
            SMALL,
            engine=Engine(supervisor="each"),
            machine_policies={"default": policies[0]} if policies else {},
        )
        report, _ = await _checked(declared, Machines(lambda endpoint: kind))
        return report

    return asyncio.run(main())


class AwayMachines(SimulatedMachines):
    """Machines that behave as a test says, where they are asked for their boot or their facts."""

    boot: Callable[[], Awaitable[str]] | None = None
    facts: Callable[[Collection[str]], Awaitable[MachineFacts]] | None = None

    def machine(self, worker: str, directory: str | None) -> SimulatedMachine:
        made = super().machine(worker, directory)
        if self.boot is not None:
            made.boot = self.boot  # type: ignore[method-assign, assignment]
        if self.facts is not None:
            made.facts = self.facts  # type: ignore[method-assign, assignment]
        return made


def test_m5_a_check_tries_a_machine_that_was_away_just_now(tmp_path: Path) -> None:
    """Whatever its way does to spare it: who asks wants to know how it is now."""

    class SparingMachines(AwayMachines):
        tried = 0

        def retry_now(self) -> None:
            self.tried += 1

    kind = SparingMachines(lambda worker: tmp_path / worker)
    assert check_there(tmp_path, kind).health == "healthy"
    assert kind.tried == 1


def check_there(folder: Path, kind: AwayMachines, **more: object) -> ReportCheck:
    quick = MachinePolicy(name="Quick", timeout=0.2, every=None)
    declared = replace(SMALL, machine_policies={"default": quick}, **more)
    return asyncio.run(_checked(declared, Machines(lambda endpoint: kind)))[0]


def away(folder: Path) -> AwayMachines:
    return AwayMachines(lambda worker: folder / worker)


class TestHere:
    def test_m5_a_connection_finds_tools_and_their_versions(self, tmp_path: Path) -> None:
        report = check_here(tmp_path)
        assert (report.machine, report.health, report.reason) == ("worker1", "healthy", "")
        assert report.latency is not None
        assert report.facts is not None
        assert report.facts.system == "Linux" or report.facts.system
        assert report.facts.tools["python3"].version.startswith("3.")
        assert report.facts.tools["sh"].path
        assert report.facts.tools["no-such-tool"].path == ""

    @pytest.mark.parametrize("shell", ["bash", "sh", "python"])
    def test_m5_the_helpers_say_how_it_is_in_every_shell(self, tmp_path: Path, shell: Shell) -> None:
        call = "{}('it is {}')" if shell == "python" else "{} 'it is {}'"
        warned = check_here(tmp_path, policy(call.format("echo_warning", "old"), shell))
        assert (warned.health, warned.reason, warned.warnings) == (
            "has-warnings",
            "it is old",
            ("it is old",),
        )
        wrong = check_here(tmp_path, policy(call.format("echo_error", "broken"), shell))
        assert (wrong.health, wrong.reason) == ("unhealthy", "it is broken")
        failed = check_here(tmp_path, policy(call.format("fail_healthcheck", "gone") + "\nnever", shell))
        assert (failed.health, failed.reason) == ("unhealthy", "it is gone")

    def test_m5_so_does_its_exit_code(self, tmp_path: Path) -> None:
        assert check_here(tmp_path, policy("true")).health == "healthy"
        failed = check_here(tmp_path, policy("exit 3"))
        assert (failed.health, failed.reason) == ("unhealthy", "exit code 3")

    def test_m5_a_script_that_takes_too_long_is_ended(self, tmp_path: Path) -> None:
        mark = tmp_path / "mark"
        late = check_here(tmp_path, policy(f"sleep 4; touch {mark}", timeout=2.0))
        assert late.health == "unhealthy"
        assert late.reason == "its check was not finished within 2s"
        assert late.latency is not None

    def test_m5_nothing_of_a_check_is_left_on_the_machine(self, tmp_path: Path) -> None:
        check_here(tmp_path, policy("touch here"))
        assert list((tmp_path / "worker1" / "work").glob("space*/")) == []

    async def test_m5_a_silent_agent_makes_no_machine_unavailable(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """M5, R4: checks are started as jobs are, which a supervisor runs then."""
        monkeypatch.setattr(agents, "SILENCE", 0.3)
        monkeypatch.setattr(agents, "LOOKING", 0.3)
        monkeypatch.setattr(connection, "FRESH", 0.0)
        executor = AgentExecutor(tmp_path / "agent")
        kind = LocalMachines(executor, lambda worker: tmp_path / worker)
        declared = replace(SMALL, machine_policies={"default": policy("echo_warning old", timeout=30.0)})
        try:
            first, _ = await _checked(declared, Machines(lambda endpoint: kind), closes=False)
            assert first.health == "has-warnings"
            (agent,) = living(tmp_path)
            os.kill(agent, signal.SIGSTOP)
            report, _ = await _checked(declared, Machines(lambda endpoint: kind))
            assert (report.health, report.reason) == ("has-warnings", "old")
        finally:
            end_agents(tmp_path)


class TestAway:
    def test_m5_a_machine_that_cannot_be_reached_is_unavailable_with_the_reason(self, tmp_path: Path) -> None:
        async def unreachable() -> str:
            raise Unreachable("connection refused\nby web1\x1b[31m")

        kind = away(tmp_path)
        kind.boot = unreachable
        report = check_there(tmp_path, kind)
        assert (report.health, report.latency, report.facts) == ("unavailable", None, None)
        assert report.reason == "connection refused by web1\x1b[31m"  # made visible where it is shown
        assert not report.gone

    def test_m6_one_that_is_gone_is_reported_as_such(self, tmp_path: Path) -> None:
        async def gone() -> str:
            raise Gone("there is no container x")

        kind = away(tmp_path)
        kind.boot = gone
        report = check_there(tmp_path, kind)
        assert (report.health, report.reason, report.gone) == ("unavailable", "there is no container x", True)

    def test_m5_one_that_never_answers_is_unavailable_in_time(self, tmp_path: Path) -> None:
        async def silent() -> str:
            await asyncio.sleep(3600)
            return ""

        kind = away(tmp_path)
        kind.boot = silent
        report = check_there(tmp_path, kind)
        assert (report.health, report.reason) == ("unavailable", "it did not answer within 200ms")

    def test_m5_one_that_breaks_off_is_unavailable(self, tmp_path: Path) -> None:
        async def breaks(tools: Collection[str]) -> MachineFacts:
            raise Unreachable("the way broke")

        kind = away(tmp_path)
        kind.facts = breaks
        report = check_there(tmp_path, kind)
        assert (report.health, report.reason) == ("unavailable", "the way broke")
        assert report.latency is not None

    def test_m5_of_one_without_facts_nothing_is_known(self, tmp_path: Path) -> None:
        report = check_there(tmp_path, away(tmp_path))
        assert (report.health, report.facts) == ("healthy", None)

    def test_m5_what_a_machine_says_is_bounded(self, tmp_path: Path) -> None:
        async def long(tools: Collection[str]) -> MachineFacts:
            huge = {f"t{n}": "/" + "x" * 10_000 for n in range(10_000)}
            return MachineFacts(system="x" * 10_000, architecture="y" * 10_000, clock=START + 90, tools=huge)

        kind = away(tmp_path)
        kind.facts = long
        facts = check_there(tmp_path, kind).facts
        assert facts is not None
        assert (len(facts.system), len(facts.architecture), facts.ahead) == (100, 100, 90)
        assert "t1" not in facts.tools


def test_m5_a_session_that_ends_drops_its_checks(tmp_path: Path) -> None:
    async def main() -> None:
        async def silent() -> str:
            await asyncio.sleep(3600)
            return ""

        kind = away(tmp_path)
        kind.boot = silent
        port = Port(SMALL)
        machines = Machines(lambda endpoint: kind)
        checker = HealthChecker("space", unrecorded, machines, SecretStore(), lambda: START, port)
        checker.start("worker1")
        await asyncio.sleep(0)
        await checker.close()
        assert (port.reported, port.failures) == ([], [])

    asyncio.run(main())


def test_v5_what_is_sensitive_is_masked_before_it_is_shortened(tmp_path: Path) -> None:
    """M5, V5: of a part nobody would know that it is."""
    secret = "correct horse battery staple"

    async def unreachable() -> str:
        raise Unreachable(f"{'x' * (LONG - 10)}{secret}")

    async def main() -> str:
        kind, port, secrets = away(tmp_path), Port(SMALL), SecretStore()
        kind.boot = unreachable
        secrets.masked.hold("run-1", (secret,))
        machines = Machines(lambda endpoint: kind)
        checker = HealthChecker("space", unrecorded, machines, secrets, lambda: START, port)
        checker.start("worker1")
        await until(lambda: bool(port.reported))
        await checker.close()
        (report,) = port.reported
        assert isinstance(report, ReportCheck)
        return report.reason

    reason = asyncio.run(main())
    assert len(reason) <= LONG
    assert secret[:4] not in reason


def test_m5_a_machine_that_was_forgotten_and_declared_again_is_checked_once(tmp_path: Path) -> None:
    """M5: the check that was begun before reports nothing."""
    begun: list[str] = []
    cancelled: list[str] = []

    async def slow() -> str:
        begun.append("check")
        try:
            await asyncio.sleep(3600 if len(begun) == 1 else 0)
        except asyncio.CancelledError:
            cancelled.append("check")
            raise
        return "boot"

    async def main() -> None:
        kind, port = away(tmp_path), Port(SMALL)
        kind.boot = slow
        machines = Machines(lambda endpoint: kind)
        checker = HealthChecker("space", unrecorded, machines, SecretStore(), lambda: START, port)
        checker.start("worker1")
        await until(lambda: len(begun) == 1)
        checker.start("worker1")
        await until(lambda: bool(port.reported))
        assert len(cancelled) == 1
        await checker.close()
        assert (len(port.reported), port.failures) == (1, [])

    asyncio.run(main())


class LockedMachines(SimulatedMachines):
    """Machines where nobody can log in without the passphrase of a key."""

    def machine(self, worker: str, directory: str | None) -> SimulatedMachine:
        machine = super().machine(worker, directory)

        async def boot() -> str:
            raise Locked("~/.ssh/deploy", "the key ~/.ssh/deploy has a passphrase")

        machine.boot = boot  # type: ignore[method-assign]
        return machine


async def test_m1_a_check_says_which_key_is_locked(tmp_path: Path) -> None:
    kind = LockedMachines(lambda worker: tmp_path / worker)
    report, _ = await _checked(SMALL, Machines(lambda endpoint: kind))
    assert (report.health, report.locked_key) == ("unavailable", "~/.ssh/deploy")
    assert report.reason == "the key ~/.ssh/deploy has a passphrase"
