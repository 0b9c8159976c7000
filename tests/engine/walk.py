"""A random walk through the engine: random commands at random times, and every State looked at."""

import heapq
from random import Random

import msgspec
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.advance import advance
from octotui.engine.commands import Command, Refused
from octotui.engine.events import AnyEvent
from octotui.engine.evolve.evolve import evolve
from octotui.engine.rules.authorization import may_answer
from octotui.engine.state import (
    Answer,
    CheckedFacts,
    FoundTool,
    Interruption,
    Outcome,
    State,
    in_order,
    manual_of,
    next_deadline,
)
from octotui.engine.state.machine_leases import without_machines
from octotui.engine.state.snapshot import decode, encode
from octotui.model.space import Model
from octotui.model.values import Prompt
from tests.engine.invariants import check_always, check_event, check_finished, check_releases, check_settled
from tests.engine.random_models import ENVIRONMENTS, TENANTS, calmed, changed, elsewhere, random_model

START = 1_000_000.0
VERSIONS = {"tools": "1.0.0", "image": "1.0.0", "image@1.2.0": "1.2.0"}
USERS = ("ann", "bob", "cem")
KEY = "~/.ssh/deploy"
ANSWERS: tuple[Answer, ...] = ("proceed", "abort", "retry", "ignore", "fail", "exclude")


class Walk:
    """A world in which everything that can be asked is asked, by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.state = State()
        self.now = START
        self.events: list[AnyEvent] = []
        self.refused: list[str] = []
        self.pending: list[tuple[float, int, Command]] = []
        self.stale: list[Command] = []
        self.unheard: list[Command] = []  # what providers say when octotui is opened again
        self.reopened = False
        self.most_parallel = 0
        self.calm = False
        model = random_model(self.random)
        self.send(commands.LoadModel(elsewhere(model) if seed % 10 == 9 else model))
        self.send(commands.CreateRelease(process="shop", versions=VERSIONS))

    def _declared(self) -> Model:
        """The model as people wrote it: without the workers of leased machines."""
        return without_machines(self.state.model, self.state.machine_leases)

    def send(self, command: Command) -> None:
        """Send a command, and look at every State that it leads to."""
        before = self.state
        try:
            after, emitted = advance(before, command, self.now)
        except Refused as refused:
            self.refused.append(str(refused))
            assert self.state is before
            return
        state = before
        for event in emitted:
            assert event.seq == state.seq + 1
            assert event.at >= state.at
            check_event(state, event)
            state = evolve(state, event)
            self.most_parallel = max(self.most_parallel, state.model.engine.max_parallelism)
            check_always(state, self.most_parallel)
        assert state == after
        self.state = after
        check_settled(after, len(before.slots))
        self.events.extend(emitted)
        check_releases(after, self.events)
        for event in emitted:
            self._perform(event)

    def _perform(self, event: AnyEvent) -> None:  # noqa: C901 - one case an event
        match event:
            case events.RunQueued():
                self._choose(event.run)
            case events.JobStarted() if event.job in self.state.jobs:
                job = self.state.jobs[event.job]
                if job.kind in ("script", "acquire"):
                    report = commands.ReportOutcome(
                        job=job.id, attempt=event.attempt, outcome=self._outcome()
                    )
                    self._later(self.random.choice((0.0, 1.0, 2.0, 5.0)), report)
                    if self.random.random() < 0.2:
                        far = commands.ReportProgress(job=job.id, attempt=event.attempt, percentage=50)
                        wait = self.random.choice((0.0, 0.5, 3.0))
                        self._later(wait, far)
                        away = commands.ReportReachability(
                            job=job.id, attempt=event.attempt, reason="no route", next_try=self.now + 1.0
                        )
                        self._later(wait, away)
                        self._later(wait + 0.5, replace(away, reason="", next_try=None))
            case events.JobStopping() if event.job in self.state.jobs:
                job = self.state.jobs[event.job]
                if job.kind in ("script", "acquire"):
                    outcome = Outcome(state=self.random.choice(("cancelled", "succeeded", "failed")))
                    self._later(0.5, commands.ReportOutcome(job=job.id, attempt=job.attempt, outcome=outcome))
            case events.CheckStarted():
                self._later(self.random.choice((0.0, 0.5, 2.0)), self._found(event.machine))
            case events.MachineRequested() | events.ProvisioningRetried():
                self._provision(event.lease)
            case events.MachineToBeDestroyed() | events.DestroyRetried():
                self._destroy(event.lease)
            case _:
                pass

    def _provision(self, lease: str) -> None:
        """Provision a machine, or fail; the same machine may be said twice, rubbish, or nothing at all."""
        random = self.random
        machine = random.choice((f"vm-{lease}", f"vm-{lease}", "vm-1", ""))
        report = commands.ReportMachine(
            lease=lease,
            machine=f"vm-{lease}" if self.calm else machine,
            endpoint=random.choice(("local", f"ssh://{machine or 'vm'}")),
            problem="" if self.calm or random.random() < 0.8 else "quota",
        )
        if self.calm or random.random() < 0.95:
            self._later(random.choice((0.0, 2.0, 10.0)), report)
        else:
            self.unheard.append(report)

    def _destroy(self, lease: str) -> None:
        problem = "" if self.calm or self.random.random() < 0.7 else "no"
        self._later(self.random.choice((0.0, 2.0)), commands.ReportDestroyed(lease=lease, problem=problem))

    def _found(self, machine: str) -> commands.ReportCheck:
        """What a check finds: when everything calms down, that the machine is well."""
        random = self.random
        health = random.choice(
            ("healthy", "healthy", "has-warnings", "unhealthy", "unavailable", "unavailable")
        )
        if self.calm or health != "unavailable":
            tools = {"docker": FoundTool(random.choice(("", "/bin/docker")), random.choice(("", "20", "24")))}
            facts = CheckedFacts(system="Linux", tools=tools)
            health = "healthy" if self.calm else health
            return commands.ReportCheck(machine=machine, health=health, latency=0.1, facts=facts)
        return commands.ReportCheck(machine=machine, health=health, reason="no route to host")

    def _choose(self, name: str) -> None:
        run = self.state.runs.get(name)
        if run is not None and run.needs_packages:
            versions = {each: each.partition("@")[2] or "1.0.0" for each in run.needs_packages}
            problems = ("package tools is not in any feed",) if self.random.random() < 0.1 else ()
            choose = commands.ChoosePackages(run=name, versions=versions, problems=problems)
            self._later(self.random.choice((0.0, 0.0, 3.0)), choose)

    def _outcome(self) -> Outcome:
        state = self.random.choice(("succeeded", "succeeded", "succeeded", "failed"))
        warnings = ("it smells",) if self.random.random() < 0.2 else ()
        reason = "exit code 1" if state == "failed" else ""
        outputs = {"Url": f"https://{len(self.events)}"} if self.random.random() < 0.5 else {}
        return Outcome(
            state=state, exit_code=int(state == "failed"), reason=reason, warnings=warnings, outputs=outputs
        )

    def _later(self, seconds: float, command: Command) -> None:
        heapq.heappush(
            self.pending, (self.now + seconds, len(self.events) * 1000 + len(self.pending), command)
        )

    def step(self) -> bool:
        """Let the next thing in time happen; False where nothing is left."""
        due = next_deadline(self.state)
        if self.pending and (due is None or self.pending[0][0] <= due):
            at, _, command = heapq.heappop(self.pending)
            self.now = max(self.now, at)
            self.stale.append(command)
            self.send(command)
            return True
        if due is not None:
            self.now = max(self.now, due)
            self.send(commands.Tick())
            return True
        return False

    def surprise(self) -> None:  # noqa: C901, PLR0912 - one case a kind
        """Ask something that somebody might ask now, sense or no sense."""
        random, state = self.random, self.state
        names = [run.id for run in in_order(state)]
        asking = [name for name, _ in sorted(state.interruptions.items())] or ["question-1"]
        question, user = random.choice(asking), random.choice(USERS)
        kind = random.choices(
            (
                "release",
                "start",
                "take",
                "answer",
                "cancel",
                "move",
                "stale",
                "reopen",
                "load",
                "health",
                "tick",
                "choose",
                "due",
                "give back",
                "hand over",
                "unheard",
                "check",
                "lose",
                "destroy",
                "adopt",
            ),
            (1.5, 12, 5, 5, 2, 2, 2, 0.3, 0.6, 0.5, 0.5, 0.5, 1, 1, 2, 0.3, 0.5, 4, 0.5, 0.3),
        )[0]
        match kind:
            case "start":
                self._start()
            case "due":
                self.send(commands.StartDue(schedule=random.choice("abc"), due=self.now // 5 * 5))
            case "release":
                self._release()
            case "take":
                self.send(commands.TakeInterruption(interruption=question, user=user))
            case "give back":
                self.send(commands.ReleaseInterruption(interruption=question, user=user))
            case "hand over":
                to = random.choice(USERS)
                self.send(commands.HandOverInterruption(interruption=question, user=user, to=to))
            case "unheard":
                self.send(commands.ReportNotice(interruption=question, problem="it is down"))
            case "answer":
                self._answer(question, user)
            case "cancel" if names:
                self.send(commands.CancelRun(run=random.choice(names), by=random.choice(("", "ann"))))
            case "move" if names:
                self.send(commands.MoveToTop(run=random.choice(names), by="ann"))
                self.send(commands.RecordRefusal(user="eve", action="MoveToTop", reason="no right"))
                self.send(commands.RemoveRuns(runs=("run-9999",)))
                self.send(commands.RecordRemoval(kind="logs", runs=1))
            case "stale" if self.stale:
                self.send(random.choice(self.stale))
            case "reopen":
                self.reopen()
            case "load":
                self.send(commands.LoadModel(changed(random, self._declared())))
            case "health":
                health = random.choice(("healthy", "has-warnings", "unhealthy"))
                machines = sorted(state.model.workers | state.model.targets)
                self.send(commands.ReportHealth(random.choice(machines), health))
            case "check":
                machines = (*sorted(state.model.workers | state.model.targets), "nothing")
                some = tuple(random.sample(machines, random.choice((0, 1, 2))))
                self.send(commands.CheckHealth(machines=some, by=random.choice(("", "ann"))))
                self.send(commands.GivePassphrase(key=KEY, passphrase="correct horse", by="ann"))
                self.send(commands.RecordCommand(machine=machines[0], text="uname -a", by="ann"))
            case "lose" if len(state.leases):
                leased = random.choice(sorted(state.leases.keys()))
                self.send(commands.CheckHealth(machines=(leased,)))
                self.send(
                    commands.ReportCheck(
                        machine=leased, health="unavailable", reason="no route", locked_key=KEY
                    )
                )
                self.send(commands.Tick())
            case "destroy":
                leases = (*sorted(state.machine_leases.keys()), "lease-99")
                self.send(commands.DestroyMachine(lease=random.choice(leases), by="ann"))
            case "adopt":
                machine = random.choice(("vm-1", "vm-2"))
                adopt = commands.AdoptMachine(
                    pool=random.choice(("hosted", "setup")), machine=machine, endpoint=f"ssh://{machine}"
                )
                self.send(adopt)
            case "choose" if names:
                self.send(
                    commands.ChoosePackages(run=random.choice(names), versions={}, problems=("broken",))
                )
            case _:
                self.send(commands.Tick())

    def _start(self) -> None:
        random = self.random
        guided = random.choice((None, None, None, True, False))
        process = random.choice((*sorted(self.state.model.processes), "shop", "nothing"))
        made = [each.version for _, each in sorted(self.state.releases.items()) if each.process == process]
        names = [f"Step {index}" for index in range(4)]
        start = commands.StartRun(
            process=process,
            environment=random.choice((ENVIRONMENTS[0] if process == "shop" else None, *ENVIRONMENTS)),
            tenant=random.choice((None, None, *TENANTS)),
            requester=random.choice(USERS),
            release=random.choice((None, *made)) if random.random() < 0.5 else made[-1] if made else None,
            draft=random.random() < 0.2,
            guided=guided,
            skip=(random.choice(names),) if random.random() < 0.1 else (),
        )
        if random.random() < 0.15:
            start = replace(start, not_before=self.now + random.choice((-1.0, 0.0, 2.0, 10.0)))
        if random.random() < 0.1:
            start = replace(start, schedule=random.choice("ab"), due=self.now // 5 * 5)
        self.send(start)

    def _release(self) -> None:
        """Make a release, of the project more often than not."""
        random, model = self.random, self.state.model
        process = random.choice(("shop", "shop", *sorted(model.runbooks)))
        versions = {
            "tools": random.choice(("1.0.0", "1.5.0", "2.0.0")),
            "image": "1.0.0",
            "image@1.2.0": "1.2.0",
        }
        channel = random.choice((None, "stable", "hot")) if process == "shop" else None
        version = random.choice((None, None, None, "1.0", "new"))
        self.send(
            commands.CreateRelease(
                process=process, version=version, channel=channel, versions=versions, requester="ann"
            )
        )

    def _answer(self, question: str, user: str) -> None:
        asked_for = self.state.interruptions.get(question)
        choices = asked_for.choices if asked_for and self.random.random() < 0.95 else ANSWERS
        answer = self.random.choice((choices[0], *choices))
        size = self.random.choice(("small", "large", "large", "huge"))
        values = {"Size": size, "Key": "hunter22"} if asked_for and fields_of(self.state, asked_for) else {}
        self.send(
            commands.AnswerInterruption(
                interruption=question, user=user, answer=answer, notes="so be it", values=values
            )
        )

    def reopen(self) -> None:
        """End octotui and open the space again: from a snapshot; some of the jobs that ran are lost."""
        self.state = decode(encode(self.state))
        self.reopened = True
        running = sorted(job.id for job in self.state.jobs.values() if job.state == "running")
        attempts = {name: self.state.jobs[name].attempt for name in running}
        model = changed(self.random, self._declared()) if self.random.random() < 0.5 else None
        unsure = "the journal was damaged" if len(self.events) % 5 == 0 else ""
        self.send(commands.Reopen(model, unsure))
        lost = Outcome(state="lost", reason="its machine was restarted")
        while self.unheard:
            self.send(self.unheard.pop())
        for name, attempt in attempts.items():
            if self.random.random() < 0.5:
                self.send(commands.ReportOutcome(job=name, attempt=attempt, outcome=lost))

    def go(self, moves: int) -> None:
        """Walk so many moves, then answer what is asked and let time run out."""
        for _ in range(moves):
            if self.random.random() < 0.45:
                self.surprise()
            else:
                self.step()
        self.calm = True
        while self.unheard:
            self.send(self.unheard.pop())
        self.send(commands.LoadModel(calmed(self._declared())))
        for _ in range(5_000):
            if not self.step() and not self._answer_one():
                check_finished(self.state)
                return
        raise AssertionError("it goes on for ever")

    def _answer_one(self) -> bool:
        first = self.state.asking.first()
        if first is None:
            return False
        question = self.state.interruptions[first[1]]
        if question.responsible is None:
            may = (each for each in USERS if may_answer(self.state, question, each) is None)
            self.send(commands.TakeInterruption(interruption=question.id, user=next(may)))
        self._answer(question.id, self.state.interruptions[question.id].responsible or "ann")
        return True


def fields_of(state: State, question: Interruption) -> dict[str, Prompt]:
    """What is to be filled in where a question is answered."""
    return manual_of(state, question).fields


def trace(history: list[AnyEvent]) -> bytes:
    """Events as the journal writes them."""
    return b"\n".join(map(msgspec.json.encode, history))
