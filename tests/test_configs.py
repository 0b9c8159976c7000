"""The examples in `configs/`: each is clean, carries its schema, and does what its first lines say."""

import json
import re
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest

from octotui.cli.main import cli
from octotui.engine.commands import AnswerInterruption, StartRun, TakeInterruption
from octotui.model.toml.read import load
from octotui.runtime.open_space import open_space
from tests.cli.conftest import ROOT

CONFIGS = ROOT / "configs"
FILES = sorted(each.name for each in CONFIGS.glob("*.toml"))


class Told(NamedTuple):
    """What a run printed as JSON: its events, its runs, and its exit code."""

    code: int
    events: list[Any]
    runs: list[Any]

    def workers(self) -> list[tuple[str, str | None, dict[str, str]]]:
        """Process, environment and workers of each run, in the order they were queued."""
        return [(run["process"], run["environment"], run["workers"]) for run in self.runs]

    def of(self, kind: str, **fields: object) -> list[Any]:
        """The events of a type whose fields are these."""
        return [each for each in self.events if each["type"] == kind and fields.items() <= each.items()]


Verb = Callable[..., Told]


@pytest.fixture
def octotui(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Verb:
    """Call a verb on an example, in one state directory."""

    def call(verb: str, config: str, process: str, *options: str, state: str = "state") -> Told:
        given = [CONFIGS / config, process, *options, "--json", "--state", tmp_path / state]
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli([verb, *map(str, given)], prog_name="octotui")
        *events, summary = map(json.loads, capsys.readouterr().out.splitlines())
        return Told(int(left.value.code or 0), events, summary["runs"])

    return call


def logs(folder: Path, space: str, run: str) -> list[str]:
    """The output of a run's jobs, in order."""
    return [each.read_text() for each in sorted((folder / "state" / space / "logs" / run).glob("*.log"))]


@pytest.mark.parametrize("name", FILES)
def test_every_example_is_clean_and_validates_against_the_schema(name: str) -> None:
    text = (CONFIGS / name).read_text()
    assert text.startswith("#:schema schema.json\n")
    load(CONFIGS / name)
    schema = json.loads((CONFIGS / "schema.json").read_text())
    jsonschema.validate(tomllib.loads(text), schema)


def test_the_demo_in_the_package_is_the_kraken() -> None:
    demo = ROOT / "octotui" / "cli" / "demo"
    assert (demo / "kraken.toml").read_bytes() == (CONFIGS / "kraken.toml").read_bytes()
    held = {each.name: each.read_bytes() for each in (demo / "packages").iterdir()}
    assert held == {each.name: each.read_bytes() for each in (CONFIGS / "packages").iterdir()}


PLACES = ("development", "test", "staging", "production")
CASES = [
    ("affinity.toml", "create-region-workers", ()),
    ("affinity.toml", "order-matters", ()),
    ("approvals.toml", "rotate-keys", ("--environment", "production")),
    ("built-in.toml", "tidy-up", ()),
    ("least-leases.toml", "by-leases", ()),
    ("least-leases.toml", "by-turns", ()),
    ("locks.toml", "rush-hour", ()),
    ("locks.toml", "maintain", ()),
    ("locks.toml", "report", ()),
    ("pool-variables.toml", "where-am-i", ()),
    ("pool-variables.toml", "where-am-i", ("--environment", "production", "--tenant", "contoso")),
    ("pool-variables.toml", "where-am-i", ("--environment", "production", "--tenant", "fabrikam")),
    ("kraken.toml", "inspect", ()),
]


@pytest.mark.parametrize(("config", "process", "where"), CASES)
def test_plan_and_run_agree_on_every_worker_the_first_and_the_second_time(
    octotui: Verb, config: str, process: str, where: tuple[str, ...]
) -> None:
    for _ in range(2):
        planned = octotui("plan", config, process, *where)
        ran = octotui("run", config, process, *where, "--proceed")
        assert (planned.code, ran.code) == (0, 0)
        assert [outcome(run) for run in planned.runs] == [outcome(run) for run in ran.runs]


def outcome(run: dict[str, Any]) -> dict[str, Any]:
    """What is foretold of a run: not its times, what scripts warn of, nor who answers what."""
    names = (
        "id",
        "process",
        "name",
        "environment",
        "tenant",
        "parent",
        "state",
        "workers",
        "may_run",
        "artifacts",
    )
    steps = [
        (each["name"], each["state"].removesuffix("-with-warnings"), each["machines"])
        for each in run["steps"]
    ]
    return {**{name: run[name] for name in names}, "steps": steps}


def seed(turn: int) -> list[tuple[str, str | None, dict[str, str]]]:
    """What semantics.md says of the first and the second Unleash."""
    workers = ["worker1", "worker2", "worker3"]
    steps = {f"Create AWS RDS in {place.title()}": workers[turn] for place in PLACES}
    created = [
        ("create-aws-rds", place, {"Create the instance": workers[(turn * 4 + index) % 3]})
        for index, place in enumerate(PLACES)
    ]
    return [("unleash", None, steps), *created]


def test_the_seed_example_the_first_and_the_second_time(octotui: Verb) -> None:
    """W5: Unleash on worker1, its four on worker1, worker2, worker3, worker1; then Unleash on worker2."""
    for turn in range(2):
        planned = octotui("plan", "kraken.toml", "unleash")
        ran = octotui("run", "kraken.toml", "Unleash the kraken")
        assert (planned.code, ran.code) == (0, 0)
        assert planned.workers() == ran.workers() == seed(turn)
    assert [run["parent"] for run in ran.runs] == [None, *["run-6"] * 4]


def test_unleash_is_the_seed_example_and_nothing_more() -> None:
    model = load(CONFIGS / "kraken.toml")
    unleash = model.runbooks["unleash"]
    assert unleash.name == "Unleash the kraken"
    assert [step.name for step in unleash.steps] == [f"Create AWS RDS in {each.title()}" for each in PLACES]
    assert [step.action.environment for step in unleash.steps] == list(PLACES)  # type: ignore[union-attr]
    assert {step.pool for step in unleash.steps} == {"setup"}
    assert model.pools["setup"].workers == ("worker1", "worker2", "worker3")
    assert [step.name for step in model.runbooks["create-aws-rds"].steps] == ["Create the instance"]


def test_the_kraken_is_tamed(octotui: Verb, tmp_path: Path) -> None:
    """The crew waits for worker3 while the harness is acquired; after the answer a new worker feeds it."""
    planned = octotui("plan", "kraken.toml", "tame")
    ran = octotui("run", "kraken.toml", "tame", "--proceed")
    assert ran.code == 0
    assert planned.workers() == ran.workers()
    acquiring, walking = ran.of("JobStarted", run="run-1")[1], ran.of("JobStarted", run="run-2")[0]
    (acquired,) = ran.of("JobEnded", job=acquiring["job"])
    (asked,) = ran.of("JobQueued", run="run-2")
    assert asked["worker"] == "worker3"
    assert asked["at"] <= acquiring["at"] + 0.5
    assert walking["at"] >= acquired["at"]
    assert walking["at"] - asked["at"] > 2
    (question,) = ran.of("InterruptionRaised")
    assert question["teams"] == ["finance"]
    assert ran.of("InterruptionAnswered")[0]["answer"] == "proceed"
    first, second = ran.of("WorkersSelected", run="run-1")
    assert [pick["worker"] for pick in first["picks"]] == ["worker1", "worker3"]
    assert [pick["worker"] for pick in second["picks"]] == ["worker2"]
    assert second["seq"] > question["seq"]
    assert ran.runs[0]["workers"]["Feed the kraken"] == "worker2"
    assert any(
        "the harness is in" in text and "worker-image" in text for text in logs(tmp_path, "kraken", "run-1")
    )


@pytest.mark.parametrize(("answer", "code", "end"), [((), 4, "paused"), (("--abort",), 1, "failed")])
def test_the_kraken_asks(octotui: Verb, tmp_path: Path, answer: tuple[str, ...], code: int, end: str) -> None:
    held = tmp_path / "state" / "kraken" / "workers" / "worker3" / "packages" / "worker-image" / "2.1.0"
    held.mkdir(parents=True)
    (held / "README").write_text("here already")
    ran = octotui("run", "kraken.toml", "tame", *answer)
    assert (ran.code, ran.runs[0]["state"]) == (code, end)


def test_affinity(octotui: Verb) -> None:
    """W6: the same packages share a worker, another order is another selection."""
    ran = octotui("run", "affinity.toml", "create-region-workers")
    ((_, _, workers),) = ran.workers()
    first, *others = workers.values()
    assert first == "worker1"
    assert len(others) == 5
    assert set(others) == {"worker2"}
    ((_, _, workers),) = octotui("run", "affinity.toml", "order-matters").workers()
    assert list(workers.values()) == ["worker1", "worker1", "worker2"]


def test_least_leases(octotui: Verb) -> None:
    """W5: round-robin comes to a worker that is leased already, least-leases to the others."""
    for process, expected in (
        ("by-turns", ["worker1", "worker1", "worker2"]),
        ("by-leases", ["worker1", "worker2", "worker3"]),
    ):
        ((_, _, workers),) = octotui("run", "least-leases.toml", process).workers()
        assert list(workers.values()) == expected


def test_schedules(octotui: Verb) -> None:
    """Q1: with one slot, a run with priority goes before one that was queued earlier."""
    ran = octotui("run", "schedules.toml", "rush")
    started = [each["run"] for each in ran.of("RunStarted")]
    assert started == ["run-1", "run-3", "run-2"]


def test_locks(octotui: Verb) -> None:
    """L2, L3: exclusive scripts go one at a time, and who comes after them waits for both."""
    ran = octotui("run", "locks.toml", "rush-hour")
    spans = []
    for run in ("run-2", "run-3", "run-4"):
        (started,), (ended,) = ran.of("JobStarted", run=run), ran.of("JobEnded", run=run)
        spans.append((started["at"], ended["at"]))
    assert spans[0][1] <= spans[1][0]
    assert spans[1][1] <= spans[2][0]
    assert spans[2][0] - ran.of("JobQueued", run="run-4")[0]["at"] > 0.5


@pytest.mark.parametrize(
    ("where", "worker", "said"),
    [
        ((), "bench", "hello from bench in Setup\n"),
        (("--environment", "development"), "bench", "hello from bench in Setup\n"),
        (("--environment", "production"), "east1", "good day from east1 in East\n"),
        (("--environment", "production", "--tenant", "contoso"), "west1", "good day from west1 in West\n"),
        (("--environment", "production", "--tenant", "fabrikam"), "east1", "good day from east1 in East\n"),
    ],
)
def test_pool_variables(
    octotui: Verb, tmp_path: Path, where: tuple[str, ...], worker: str, said: str
) -> None:
    """W10, V3: the most specific value wins."""
    ran = octotui("run", "pool-variables.toml", "where-am-i", *where)
    assert ran.runs[0]["workers"] == {"Look around": worker}
    assert logs(tmp_path, "pool-variables", "run-1") == [said]


def test_approvals(octotui: Verb, tmp_path: Path) -> None:
    """I1, Q3: two teams are asked side by side, and another rotation waits for the one that asks."""
    where = ("--environment", "production")
    left = octotui("run", "approvals.toml", "rotate-keys", *where)
    assert (left.code, len(left.of("InterruptionRaised"))) == (4, 2)
    other = octotui("run", "approvals.toml", "rotate-keys", *where)
    assert (other.code, other.runs[0]["state"]) == (4, "queued")
    elsewhere = octotui("run", "approvals.toml", "rotate-keys", "--proceed")
    assert elsewhere.code == 0
    assert len(elsewhere.of("RunRequeued")) == 1
    aborted = octotui("run", "approvals.toml", "rotate-keys", "--abort", state="aborted")
    assert aborted.code == 1
    assert list(aborted.runs[0]["workers"]) == ["Make new keys", "Throw the new keys away"]


def test_four_eyes(octotui: Verb) -> None:
    """I6: who started it is not asked; two others would do."""
    left = octotui("run", "approvals.toml", "publish", "--proceed")
    assert left.code == 4
    assert left.runs[0]["questions"][0]["answer"] is None
    planned = octotui("plan", "approvals.toml", "publish")
    (question,) = planned.runs[0]["questions"]
    assert [each["user"] for each in question["said"]] == ["somebody", "somebody 2"]
    assert question["answer"] == "proceed"


def test_built_in(octotui: Verb, tmp_path: Path) -> None:
    """W3: a default pool without members is this machine; bash, Python and sh."""
    ran = octotui("run", "built-in.toml", "tidy-up")
    assert set(ran.runs[0]["workers"].values()) == {"built-in"}
    assert "Only if something failed" not in ran.runs[0]["workers"]
    disk, counted, goodbye, done = logs(tmp_path, "built-in", "run-1")
    assert "%" in disk
    assert (counted, goodbye, done) == ("45\n", "goodbye from built-in\n", "done\n")


@pytest.mark.parametrize(
    ("process", "place", "version", "colour"),
    [
        ("deploy", "production", "1.10.0", "blue"),
        ("deploy", "test", "1.10.0", "green"),
        ("try", "test", "1.11.0-rc.1", "green"),
    ],
)
def test_a_package_is_deployed(
    octotui: Verb, tmp_path: Path, process: str, place: str, version: str, colour: str
) -> None:
    """S1, P1: the highest release in the range, or the pre-release that is asked for."""
    planned = octotui("plan", "deploy-package.toml", process, "--environment", place)
    ran = octotui("run", "deploy-package.toml", process, "--environment", place)
    assert (planned.code, ran.code) == (0, 0)
    assert planned.workers() == ran.workers()
    assert list(ran.of("PackagesChosen")[0]["versions"].values()) == [version]
    shown = "".join(logs(tmp_path, "shop", "run-1"))
    assert f'the shop is open: {{  "colour": "{colour}",  "environment": "{place.title()}"}}' in shown
    (installed,) = (tmp_path / "state").rglob(f"applications/{place}/shop/{version}/settings.json")
    assert json.loads(installed.read_text())["colour"] == colour


def test_outputs_are_read_by_later_steps_and_what_is_sensitive_is_seen_nowhere(
    octotui: Verb, tmp_path: Path
) -> None:
    """S3, V5, V7: bash and Python by Octopus's helper functions, and an expression that is not met."""
    told = octotui("run", "outputs.toml", "measure")
    assert told.code == 0
    assert [each["outputs"] for each in told.of("JobEnded")] == [{"Celsius": "21"}, {"Fahrenheit": "69"}, {}]
    assert told.of("JobEnded", job="job-1.2")[0]["warnings"] == ["the thermometer is old"]
    assert [each["step"] for each in told.of("StepSkipped")] == [3]
    shown = logs(tmp_path, "outputs", "run-1")
    assert shown[2] == "21 degrees are 69 Fahrenheit\nthe password is ********\n"
    kept = (each.read_bytes() for each in (tmp_path / "state").rglob("*") if each.is_file())
    assert not any(re.search(rb"horse-\d", each) for each in kept)


def test_guided_failure(octotui: Verb, tmp_path: Path) -> None:
    """I7: production asks, elsewhere a failure is one, and --abort is fail."""
    where = ("--environment", "production")
    left = octotui("run", "guided-failure.toml", "release", *where)
    assert (left.code, left.runs[0]["state"]) == (4, "executing")
    (asked,) = left.of("InterruptionRaised")
    assert (asked["kind"], asked["choices"]) == ("guided", ["retry", "ignore", "fail"])
    assert left.of("JobEnded", job="job-1.2")[0]["state"] == "succeeded"
    for options in (("--environment", "test"), (*where, "--no-guided-failure"), (*where, "--abort")):
        failed = octotui("run", "guided-failure.toml", "release", *options, state="failed")
        assert failed.code == 1
        assert list(failed.runs[0]["workers"]) == ["Warm the cache", "Tell everybody", "Close the gate"]
    planned = octotui("plan", "guided-failure.toml", "release", *where)
    assert planned.code == 0
    migrating = octotui("run", "guided-failure.toml", "migrate", state="migrating")
    (asked,) = migrating.of("InterruptionRaised")
    assert asked["choices"] == ["retry", "fail"]


async def test_an_answer_takes_a_guided_run_to_its_end(tmp_path: Path) -> None:
    """I7, R4: the question of an earlier call is answered in a later one."""
    model = load(CONFIGS / "guided-failure.toml")
    async with open_space(model, tmp_path / "state", "ann", time.time) as session:
        await session.send(StartRun(process="release", environment="production", requester="ann"))
        await anext(state async for state in session.states() if len(state.asking))
    async with open_space(model, tmp_path / "state", "ann", time.time) as session:
        await session.send(TakeInterruption(interruption="question-1", user="ann"))
        await session.send(AnswerInterruption(interruption="question-1", user="ann", answer="retry"))
        await anext(state async for state in session.states() if not len(state.runs))
        ended = (await session.family("run-1")).runs["run-1"]
    assert ended.state == "succeeded"
    assert logs(tmp_path, "guided-failure", "run-1")[0].endswith("the cache is warm\n")
    assert logs(tmp_path, "guided-failure", "run-1")[2] == "released after: retry\n"


def test_projects(octotui: Verb, tmp_path: Path) -> None:
    """Q2, S4, P1: a release goes through its lifecycle, a step at a time; a hotfix goes straight there."""
    made = (CONFIGS / "projects.toml", "shop", "--state", tmp_path / "state")
    for options in ((), ("--channel", "hotfix", "--version", "2.0")):
        with pytest.raises(SystemExit) as left:
            cli(["release", *map(str, (*made, *options))], prog_name="octotui")
        assert not left.value.code
    where = ("--release", "0.0.1", "--environment")
    planned = octotui("plan", "projects.toml", "shop", *where, "development")
    ran = octotui("deploy", "projects.toml", "shop", *where, "development")
    assert ran.code == 0
    assert [outcome(run) for run in planned.runs] == [outcome(run) for run in ran.runs]
    assert [each["value"] for each in ran.of("VariablePublished")] == ["https://development.shop.example"]
    for environment in ("test", "production"):
        promoted = octotui("promote", "projects.toml", "shop", "--from", ran.runs[0]["environment"])
        assert (promoted.code, promoted.runs[0]["environment"]) == (0, environment)
        assert list(promoted.runs[0]["workers"]) == ["Deploy", "Warm up"]
        ran = promoted
    hot = octotui("deploy", "projects.toml", "shop", "--release", "2.0", *where[2:], "production")
    assert list(hot.runs[0]["workers"]) == ["Deploy", "Warm up", "Write the post-mortem"]
    west = octotui(
        "deploy", "projects.toml", "shop", *where, "development", "--tenant", "contoso", "--skip", "Warm up"
    )
    assert list(west.runs[0]["workers"]) == ["Deploy", "Tell the west"]
    shown = "".join(logs(tmp_path, "projects", "run-1"))
    assert "Welcome: deploying The shop 0.0.1 to Development" in shown
    assert "Welcome, tester: deploying The shop 0.0.1 to Test" in "".join(logs(tmp_path, "projects", "run-2"))
    octotui("run", "projects.toml", "visit-shop", "--environment", "production")
    assert logs(tmp_path, "projects", "run-6") == ["Welcome to https://production.shop.example\n"]


def test_targets_one_at_a_time_and_taking_turns(octotui: Verb, tmp_path: Path) -> None:
    """S6, L1: child steps go through one target before the next; two deployments alternate on one target."""
    ran = octotui("run", "targets.toml", "roll-out", "--environment", "production")
    assert ran.code == 0
    started = [(each["step"], each["target"]) for each in ran.of("JobQueued")]
    assert started[3:12] == [(step, f"web{number}") for number in range(1, 4) for step in (2, 3, 4)]
    assert "the second one is at http://web2:8080\n" in logs(tmp_path, "targets", "run-1")
    both = octotui("run", "targets.toml", "both", "--environment", "production")
    on_target = {each["job"] for each in both.of("JobQueued", worker="db1")}
    turns = [each["run"] for each in both.of("JobStarted") if each["job"] in on_target]
    assert turns == ["run-3", "run-4"] * 3


def test_artifacts_are_kept_and_what_scripts_say_is_told(octotui: Verb, tmp_path: Path) -> None:
    """S5, S7, V7: an attempt that failed, progress, a highlight, a warning, and a file of each step."""
    told = octotui("run", "artifacts.toml", "weigh")
    assert told.code == 0
    assert [each["reason"] for each in told.of("AttemptFailed")] == ["the scales are busy"]
    weighed, reported = told.of("JobEnded")
    assert weighed["state"] == "succeeded-with-warnings"
    assert weighed["highlights"] == ["The kraken weighs 94 t"]
    assert weighed["warnings"] == ["the scales end at 100 t"]
    assert reported["artifacts"] == [{"name": "report.html", "size": 13}]
    progress = told.of("JobProgressed", job=weighed["job"])
    assert (progress[0]["percentage"], progress[-1]["percentage"]) == (25, 100)
    assert progress[-1]["message"] == "part 4 of 4"
    csv, html = told.runs[0]["artifacts"]
    assert (csv["step"], csv["name"], html["name"]) == ("Weigh", "kraken-weight.csv", "report.html")
    assert Path(csv["path"]).read_text().splitlines()[-1] == "4,23.5"
    assert Path(html["path"]).read_text() == "<h1>94 t</h1>"
    assert logs(tmp_path, "artifacts", "run-1")[0].startswith("octotui: attempt 2\nthe needle settles\n")


def test_variables_of_a_project_and_what_is_asked_for(octotui: Verb, tmp_path: Path) -> None:
    """V1 to V6: scopes, a variable set, prompts, and a password that is read from a file and seen nowhere."""
    where = ("--environment", "production", "--set", "Version=1.2.0")
    ran = octotui("run", "variables.toml", "announce", *where)
    assert ran.code == 0
    announced, looked = logs(tmp_path, "variables", "run-1")
    assert announced == "Good day, customers: version 1.2.0, small and blue, says shop@example.org\n"
    assert looked == (
        "connecting to postgres://shop:********@db.example.org/shop; the password has 21 characters\n"
    )
    assert "correct-horse" not in json.dumps(ran.events)
    large = octotui("run", "variables.toml", "announce", *where, "--set", "Size=large", state="large")
    assert [len(run.of("JobEnded")) for run in (ran, large)] == [2, 3]


def test_v6_a_child_run_has_the_values_of_its_step(octotui: Verb, tmp_path: Path) -> None:
    """V5, S3: what a password was made part of is masked there; the condition is for one target of two."""
    ran = octotui("run", "child-values.toml", "create-all", "--environment", "test", "--set", "Size=large")
    assert ran.code == 0
    given = [(each["variables"], each["secrets"], each["guided"]) for each in ran.of("RunQueued")]
    assert given[1:] == [
        ({"Name": "orders", "Size": "large"}, ["Db.Url"], False),
        ({"Name": "customers", "Size": "large"}, [], True),
    ]
    (told,) = logs(tmp_path, "child-values", "run-2")
    assert "a large database called orders, for postgres" in told
    assert "its address is ********" in told
    assert [each["target"] for each in ran.of("TargetSkipped")] == ["web2"]
