"""`octotui plan`: what would come, with nothing started and nothing written."""

import json
from pathlib import Path

import pytest

from octotui.store.journal.journal import Journal
from octotui.store.packages.manifest import Manifests, PackageManifest
from octotui.store.space_folder import SpaceFolder
from tests.cli.conftest import ASK, FAIL, OK, OTHERS, ROOT, SIZED, Call, Lived
from tests.cli.shop import write_shop
from tests.cli.verbs.test_deploy import outcome
from tests.cli.verbs.test_run import states


def seen(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder, when it was changed and what is in it."""
    files = (each for each in folder.rglob("*") if each.is_file())
    return {str(each): (each.stat().st_mtime_ns, each.read_bytes()) for each in files}


def test_nothing_is_started_and_nothing_written(
    octotui: Call, write: Call, state: Path, tmp_path: Path
) -> None:
    model = write(OK.replace("echo", f"touch {tmp_path}/started; echo"))
    said = octotui("plan", model, "ok", "--state", state)
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "\n· would be run-1 ok  would succeed in 1s\n"
        "one: first in setup\n└ · Say hello  would succeed in 1s\n"
    )
    assert not state.exists()
    assert not (tmp_path / "started").exists()


def test_it_goes_on_from_the_cursors_of_the_space_and_leaves_them(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    before = seen(state)
    for _ in range(2):
        summary = json.loads(octotui("plan", model, "ok", "--state", state, "--json").out)
        assert summary["runs"][0]["workers"] == {"Say hello": "two"}
        assert summary["runs"][0]["id"] == "run-2"
    assert seen(state) == before
    said = octotui("run", model, "ok", "--json", "--state", state)
    ran = json.loads(said.out.splitlines()[-1])
    assert [outcome(each) for each in ran["runs"]] == [outcome(each) for each in summary["runs"]]


async def test_a_space_in_use_and_one_without_a_journal_are_no_obstacle(
    program: Call, write: Call, state: Path
) -> None:
    model = write(OK)
    with SpaceFolder(state, "small") as folder:
        assert program("plan", model, "ok", "--state", state).code == 0
        journal = Journal(folder.journal)
        assert program("plan", model, "ok", "--state", state).code == 0
        journal.close()
        folder.journal.write_bytes(b"")
        assert program("plan", model, "ok", "--state", state).code == 0
        assert folder.journal.stat().st_size == 0


def test_a_damaged_journal_is_told(octotui: Call, write: Call, state: Path) -> None:
    SpaceFolder(state, "small").make()
    (state / "small" / "journal.sqlite").write_text("precious" * 1000)
    said = octotui("plan", write(OK), "ok", "--state", state)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"octotui: {state}/small/journal.sqlite is damaged (file is not a database): "
        "open the space to go on with what can be read of it\n"
    )


@pytest.mark.parametrize("runbook", [ASK, OTHERS])
def test_every_question_is_a_proceed_whoever_may_answer_it(
    octotui: Call, write: Call, state: Path, runbook: str
) -> None:
    said = octotui("plan", write(runbook), "others" if runbook == OTHERS else "ask", "--state", state)
    assert said.code == 0
    assert "would say proceed" in said.out
    assert states(state) == {}


def test_a_plan_that_fails_says_why(octotui: Call, write: Call, state: Path) -> None:
    model = write(OK.replace('"setup"', '"empty"'), head="[pools.empty]\nworkers = []\n")
    said = octotui("plan", model, "ok", "--state", state)
    assert said.code == 1
    assert said.err.startswith(
        "octotui: run-1 would fail: step “Say hello”, pool empty: the pool has no workers"
    )
    assert said.err.count("\n") == 1


def test_what_is_to_fail_fails(octotui: Call, write: Call, state: Path) -> None:
    model = write(FAIL.replace("script", 'simulate = { takes = "90s", result = "failure" }\nscript'))
    said = octotui("plan", model, "fail", "--state", state)
    assert said.code == 1
    assert "✖ Fail  would fail in 1m30s · exit code 1" in said.out


def test_lock_waits_are_told_with_who_is_in_the_way(octotui: Call, state: Path) -> None:
    said = octotui("plan", ROOT / "configs" / "kraken.toml", "tame", "--state", state)
    assert "· Walk the planks  would succeed" in said.out
    assert " · would wait 4s for worker3, behind run-1\n" in said.out


def test_s3_a_step_whose_condition_reads_an_output_may_run(octotui: Call, state: Path) -> None:
    """On the worker it would have, in words and in the Summary; nothing is said of a step that is decided."""
    outputs = ROOT / "configs" / "outputs.toml"
    said = octotui("plan", outputs, "measure", "--state", state)
    why = "its condition depends on Octopus.Action[Measure].Output.Celsius, not set yet"
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[2:] == [
        "bench: first in lab",
        *(f"├ · {name}  would succeed in 1s" for name in ("Measure", "Reckon", "Tell")),
        f"└ · Open a window  may run 1s · {why}",
    ]
    (run,) = json.loads(octotui("plan", outputs, "measure", "--state", state, "--json").out)["runs"]
    assert run["may_run"] == ["Open a window"]
    assert run["workers"]["Open a window"] == "bench"


def test_what_a_worker_has_is_not_copied_again(octotui: Call, state: Path) -> None:
    held = Manifests(state / "kraken" / "manifests" / "worker3")
    held.write("worker-image", "2.1.0", PackageManifest({}, {}, {}))
    said = octotui("plan", ROOT / "configs" / "kraken.toml", "tame", "--state", state)
    assert "· acquire worker-image 2.1.0  would succeed in 0s" in said.out


def test_a_script_to_warn_of_leaves_no_log(octotui: Call, write: Call, state: Path) -> None:
    said = octotui("plan", write(OK.replace("$Greeting", "#{Greeting}")), "ok", "--state", state)
    assert "there is no variable Greeting" in said.out
    assert not state.exists()


def test_a_plan_answers_as_as_many_people_as_it_takes(octotui: Call, write: Call, state: Path) -> None:
    """I6: not the one who started it, each of the fields filled in, and nobody stays out for ever."""
    two = SIZED.replace('?", ', '?", approvals = 2, not_requester = true, ', 1)
    said = octotui("plan", write(two), "sized", "--state", state)
    assert said.code == 0
    assert "somebody would say proceed (Size = small, Ticket = Ticket, Token = ********)" in said.out
    assert "somebody 2 would say proceed" in said.out


def test_e1_steps_take_what_the_last_ones_did_and_json_says_of_how_many(
    octotui: Call, write: Call, state: Path
) -> None:
    """E1: of three or more; what is to fail takes what `simulate` says."""
    model = write(OK.replace("script =", 'simulate = { takes = "90s" }\nscript ='))
    assert "succeed in 1m30s" in octotui("plan", model, "ok", "--state", state).out
    for _ in range(3):
        octotui("run", model, "ok", "--state", state)
    said = octotui("plan", model, "ok", "--state", state)
    assert "· Say hello  would succeed in 0s · would take about 0s by the last 3" in said.out
    assert "If it started now" not in said.out
    summary = json.loads(octotui("plan", model, "ok", "--state", state, "--json").out)
    (job,) = summary["runs"][0]["steps"][0]["jobs"]
    assert job["expected_from"] == 3
    assert 0 < job["expected"] < 60
    assert summary["started_now"] is None
    failing = write(OK.replace("script =", 'simulate = { takes = "90s", result = "failure" }\nscript ='))
    assert (
        "Say hello  would fail in 1m30s · exit code 1" in octotui("plan", failing, "ok", "--state", state).out
    )


def test_e2_beside_open_runs_it_says_what_it_would_wait_behind(octotui: Call, lived: Lived) -> None:
    """E2: a slot, of those that execute; the file of the model is what it plans."""
    model, *at = lived.at
    said = octotui("plan", model, "ok", *at)
    assert said.code == 0
    *_, head, wait, end = said.out.splitlines()
    assert head == "If it started now, beside 4 open runs (run-2, run-3 and 2 more):"
    assert wait.startswith("  run-6 waits for a slot: run-")
    assert end == "  nobody can say when it ends: too little is known of a step, or people are asked"
    now = json.loads(octotui("plan", model, "ok", "--json", *at).out)["started_now"]
    assert now["open"] == ["run-2", "run-3", "run-4", "run-5"]
    assert now["waits"][0]["for"] == "a slot"
    assert now["ends_about"] is None


def test_e2_a_run_that_would_fail_at_once_waits_behind_none(octotui: Call, write: Call, state: Path) -> None:
    """W11, E2: also where it is planned beside an open run."""
    model = write(
        """
[pools.here]
default = true
workers = ["a"]
[pools.gone]
workers = ["b"]
[workers.a]
[workers.b]
enabled = false
[[runbooks.go.steps]]
name = "Go"
script = "true"
[[runbooks.none.steps]]
name = "None"
pool = "gone"
script = "true"
"""
    )
    alone = octotui("plan", model, "none", "--state", state)
    octotui("run", model, "go", "--in", "2h", "--detach", "--state", state)
    said = octotui("plan", model, "none", "--state", state)
    assert (said.code, said.out.splitlines()) == (
        alone.code,
        alone.out.replace("run-1", "run-2").splitlines(),
    )
    assert "no worker is eligible" in said.out + said.err
    assert json.loads(octotui("plan", model, "none", "--json", "--state", state).out)["started_now"] is None


def test_e2_a_project_beside_open_runs_is_planned_as_it_is(
    octotui: Call, tmp_path: Path, state: Path
) -> None:
    model = write_shop(tmp_path)
    octotui("release", model, "shop", "--version", "1.0", "--state", state)
    octotui("deploy", model, "shop", "--environment", "try", "--in", "2h", "--detach", "--state", state)
    said = octotui("plan", model, "shop", "--environment", "try", "--state", state)
    assert said.code == 0
    assert "If it started now, beside 1 open run (run-1):" in said.out


SECRETS = """
[variables]
Used = { sensitive = { env = "OCTOTUI_TEST_USED" }, environment = "test" }
Elsewhere = { sensitive = { env = "OCTOTUI_TEST_ELSEWHERE" }, environment = "live" }
"""


def test_v5_it_warns_of_the_secrets_that_its_jobs_would_read(octotui: Call, write: Call, state: Path) -> None:
    """V5: those that apply where it runs, and of no run that has no script."""
    model = write(OK + ASK.partition('[[runbooks.ask.steps]]\nname = "After')[0] + SECRETS)
    said = octotui("plan", model, "ok", "--environment", "test", "--state", state)
    assert said.err == (
        "octotui: the sensitive variable Used cannot be read here:"
        " the environment variable OCTOTUI_TEST_USED is not set\n"
    )
    assert octotui("plan", model, "ok", "--state", state).err == ""
    said = octotui("plan", model, "ok", "--environment", "live", "--skip", "Say hello", "--state", state)
    assert said.err == ""


def test_e6_what_if_a_pool_had_other_workers(octotui: Call, state: Path) -> None:
    """E6: the tree as it would come then, and what is different."""
    kraken = ROOT / "configs" / "kraken.toml"
    said = octotui("plan", kraken, "unleash", "--pool", "setup=1", "--task-cap", "2", "--state", state)
    assert said.code == 0
    assert "what if setup has 1 worker instead of 3: worker2 and worker3 are left out\n" in said.out
    assert "what if a task cap of 2 instead of 5\n" in said.out
    assert "on worker2" not in said.out
    more = octotui("plan", kraken, "unleash", "--pool", "setup=4", "--json", "--state", state)
    workers = [each["workers"] for each in json.loads(more.out)["runs"]]
    assert {"Create the instance": "copy-1-of-worker1"} in workers
    assert not state.exists()


def test_e6_two_plans_side_by_side_beside_what_runs(octotui: Call, lived: Lived) -> None:
    """E6: as text, in ASCII and as JSON; nothing is started."""
    model, *at = lived.at
    said = octotui("plan", model, "ok", "--compare", "--task-cap", "9", "--ascii", *at)
    assert said.code == 0
    assert said.out.splitlines()[0].split() == ["as", "is", "what", "if"]
    assert "waits for a slot" in said.out
    assert said.out.isascii()
    told = json.loads(octotui("plan", model, "ok", "--compare", "--task-cap", "9", "--json", *at).out)
    assert told["as_is"]["starts_about"] is None
    assert told["what_if"]["starts_about"] == told["at"]


def test_e6_what_cannot_be_tried_is_refused_in_one_sentence(octotui: Call, state: Path) -> None:
    kraken = ROOT / "configs" / "kraken.toml"
    for options in (("--pool", "setup=0"), ("--pool", "setup=0", "--compare")):
        said = octotui("plan", kraken, "unleash", *options, "--state", state)
        assert (said.code, said.out) == (2, "")
        assert said.err == (
            "octotui: pool setup with a size of 0 cannot be tried, since nothing would run:"
            " give a number from 1 to 1,000\n"
        )


def test_e6_a_plan_that_would_fail_then_ends_with_1(octotui: Call, write: Call, state: Path) -> None:
    model = write(FAIL)
    assert octotui("plan", model, "fail", "--compare", "--pool", "setup=1", "--state", state).code == 0
    failing = write(FAIL.replace("script", 'simulate = { result = "failure" }\nscript'))
    assert octotui("plan", failing, "fail", "--compare", "--pool", "setup=1", "--state", state).code == 1
