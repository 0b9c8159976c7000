"""What an event costs with 10 and with 10,000 open runs.

A space is kept at so many open runs: queued for the cap, in the line of a tag, waiting for one worker's
lock, executing side by side, asking people. Runs are started, their packages chosen, their jobs ended,
their questions taken and answered, some are cancelled, and each that ends makes way for the next. Only
`advance` is timed.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from statistics import median
from time import perf_counter

from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.advance import advance
from octotui.engine.commands import Command
from octotui.engine.state import Outcome, State
from octotui.model.process import Runbook
from octotui.model.space import Engine, Model, Pool, Worker
from tests.ratios import Ratio, measure
from tests.world import manual, model, packages, script

FEW = 10
DONE = Outcome(state="succeeded", exit_code=0)
KINDS = ("busy", "narrow", "careful", "tagged")


def space(runs: int) -> Model:
    """Room for four in ten of the runs; ten workers for the busy ones, and a single one for the narrow."""
    wide = tuple(f"wide{number}" for number in range(10))
    narrow = ("narrow0",)
    declared = model(
        {
            "busy": [script("Work", pool="wide", time_limit=1e6), script("Tidy up", pool="wide")],
            "narrow": [script("Squeeze", pool="narrow", wait_limit=1e6)],
            "careful": [script("Build", pool="wide", packages=packages("image")), manual("May it?")],
            "tagged": Runbook(name="Tagged", concurrency="one", steps=(script("Count", pool="wide"),)),
        }
    )
    return replace(
        declared,
        pools={
            "wide": Pool(name="Wide", workers=wide),
            "narrow": Pool(name="Narrow", workers=narrow, exclusive=True),
        },
        workers={name: Worker(name=name) for name in wide + narrow},
        engine=Engine(task_cap=max(4, runs * 4 // 10)),
    )


class Load:
    """A space under steady load, and what its `advance` costs."""

    def __init__(self, runs: int, cycles: int) -> None:
        self.state = State()
        self.now = 1_000_000.0
        self.target = runs
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.events: Counter[str] = Counter()
        self.running: deque[tuple[str, int]] = deque()
        self.squeezed: deque[tuple[str, int]] = deque()
        self.questions: deque[str] = deque()
        self.started = 0
        self.send(commands.LoadModel(space(runs)))
        while len(self.state.runs) < runs:
            self.start()
        self.measure(cycles)

    def send(self, command: Command) -> None:
        self.now += 0.001
        before = perf_counter()
        self.state, emitted = advance(self.state, command, self.now)
        kind = type(command).__name__
        self.spent[kind] += perf_counter() - before
        self.events[kind] += len(emitted)
        for event in emitted:
            match event:
                case events.JobStarted():
                    narrow = self.state.jobs[event.job].worker == "narrow0"
                    (self.squeezed if narrow else self.running).append((event.job, event.attempt))
                case events.InterruptionRaised():
                    self.questions.append(event.interruption)
                case _:
                    pass

    def start(self) -> None:
        """One more run, of each kind in turn."""
        kind = KINDS[self.started % len(KINDS)]
        self.started += 1
        self.send(commands.StartRun(process=kind, environment="test", requester="ann"))
        if kind == "careful":
            name = f"run-{self.state.next_run - 1}"
            self.send(commands.ChoosePackages(run=name, versions={"image": "1.0.0"}))

    def cycle(self) -> None:
        """Something of everything, and as many new runs as have ended."""
        for jobs in (self.running, self.running, self.squeezed):
            if jobs:
                job, attempt = jobs.popleft()
                self.send(commands.ReportOutcome(job=job, attempt=attempt, outcome=DONE))
        if len(self.questions) > self.target // 50:
            question = self.questions.popleft()
            if question in self.state.interruptions:
                self.send(commands.TakeInterruption(interruption=question, user="ann"))
                self.send(commands.AnswerInterruption(interruption=question, user="ann", answer="proceed"))
        if self.started % 3 == 0:
            self.cancel()
        while len(self.state.runs) < self.target:
            self.start()

    def cancel(self) -> None:
        """Cancel a run in the middle of some line."""
        name = f"run-{self.state.next_run - max(1, self.target // 4)}"
        run = self.state.runs.get(name)
        if run is not None and not run.ended and run.state != "cancelling":
            self.send(commands.CancelRun(run=name))

    def measure(self, cycles: int) -> float:
        """Seconds an event, over so many cycles."""
        self.spent.clear()
        self.events.clear()
        for _ in range(cycles):
            self.cycle()
        return sum(self.spent.values()) / sum(self.events.values())


def main(runs: int = 10_000, cycles: int = 200, rounds: int = 15) -> Iterator[Ratio]:
    """Measure both by turns, and compare the medians."""
    loads = {size: Load(size, cycles) for size in (FEW, runs)}
    costs: dict[int, list[float]] = {size: [] for size in loads}
    for _ in range(rounds):
        for size, load in loads.items():
            costs[size].append(load.measure(cycles))
    for size, load in loads.items():
        states = Counter(run.state for run in load.state.runs.values())
        print(f"{size:6} open runs: {median(costs[size]) * 1e6:6.1f} µs an event   {dict(states)}")
        for kind, spent in sorted(load.spent.items()):
            count = load.events[kind]
            print(f"         {kind:20} {spent / max(1, count) * 1e6:6.1f} µs an event, {count} events")
    yield Ratio(
        f"an event with {runs:,} / with {FEW} open runs", median(costs[runs]) / median(costs[FEW]), most=1.5
    )


if __name__ == "__main__":
    measure(main, runs=20, cycles=5, rounds=1)
