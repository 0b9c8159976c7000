"""R4: what an earlier session has begun is taken up where it is, and what is lost is told."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.advance import advance
from octotui.engine.commands import CancelRun, LoadModel, ReportProgress, StartRun
from octotui.engine.events import JobEnded
from octotui.engine.state import JobProgress, Outcome, State
from octotui.model.process import Script, Step
from octotui.model.space import Keep, Model, Retention, Target, Value
from octotui.model.values import Secret
from octotui.runtime.jobs import resume_record
from octotui.runtime.jobs.secret_store import SecretStore
from octotui.runtime.prediction import predict
from octotui.store.space_folder import SpaceFolder
from octotui.store.workspace_index import WorkspaceIndex
from octotui.workers.executor import (
    AttemptLocation,
    AttemptSpec,
    AttemptStatus,
    Leave,
    Notice,
    Output,
    StartError,
    unheard,
)
from tests.runtime.reading import said
from tests.runtime.rig import BOOT, Hands, Rig, play, soon
from tests.world import model, on_targets, script

SMALL = model({"a": [script("Run"), script("After", condition="always")]})


def running(declared: Model = SMALL) -> State:
    state, _ = advance(State(), LoadModel(declared), 1.0)
    return advance(state, StartRun(process="a"), 2.0)[0]


def hands(left: AttemptStatus) -> Hands:
    found = Hands()
    found.left = {"job-1.1": left}
    return found


def same_boot(folder: Path) -> None:
    WorkspaceIndex(SpaceFolder(folder, "space")).note_boots({"worker1": BOOT})


def test_what_runs_is_followed_and_not_begun_again(tmp_path: Path) -> None:
    there = hands(AttemptStatus("running", '{"log":0,"warnings":["low"]}'))

    async def main(rig: Rig) -> None:
        await soon()
        assert (there.jobs, there.followed) == ([], ["job-1.1"])
        there.outputs["job-1.1"](b"one\n" + said("setVariable", name="A", value="b") + b"\ntwo\n")
        there.end("job-1.1")
        await rig.until(lambda: there.jobs == ["job-1.2"])
        assert rig.state.runs["run-1"].progress.outputs == (("Run", "A", "b"),)
        assert rig.state.runs["run-1"].progress.warnings == ("low",)
        log = tmp_path / "space" / "logs" / "run-1" / "job-1.1.log"
        assert log.read_text() == "octotui: low\none\ntwo\n"
        assert there.cleaned == ["job-1.1-1"]

    play(SMALL, tmp_path, main, executor=there, state=running())


def test_its_output_is_heard_again_and_kept_once(tmp_path: Path) -> None:
    """V5, V7: what was in memory alone is there again: what to mask, and what was said."""
    log = tmp_path / "space" / "logs" / "run-1" / "job-1.1.log"
    log.parent.mkdir(parents=True)
    log.write_text("it is ********\nha")
    there = hands(AttemptStatus("running", '{"secrets":{"Password":"correct horse"}}'))

    async def main(rig: Rig) -> None:
        await soon()
        for chunk in (b"it is corr", b"ect horse\nhal", b"f a line, correct horse\n"):
            there.outputs["job-1.1"](chunk)
        there.end("job-1.1")
        await rig.until(lambda: there.jobs == ["job-1.2"])
        assert log.read_text() == "it is ********\nhalf a line, ********\n"

    play(SMALL, tmp_path, main, executor=there, state=running())


def test_v5_what_was_made_of_a_value_is_masked_after_a_crash(tmp_path: Path) -> None:
    """Nobody knows any more what its script was filled in with, but for what is kept beside it."""
    before, states = Hands(), []

    async def read(secret: Secret) -> str:
        return "correct horse"

    async def left(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: before.jobs)
        rig.crew._masked.hold("another run", ["squid-333"])  # which has ended when the space is opened anew
        before.outputs["job-1.1"](b"squid-333 ")
        states.append(rig.state)

    async def main(rig: Rig) -> None:
        await soon()
        there.outputs["job-1.1"](b"squid-333 a ect hor\n")
        there.end("job-1.1")
        await rig.until(lambda: not rig.state.runs)
        log = tmp_path / "space" / "logs" / "run-1" / "job-1.1.log"
        assert log.read_text() == "******** a ********\n"

    run = Step(name="Run", action=Script(body="echo #{Password | Substring 4 7}"), pool="setup")
    password = Value(kind="sensitive", secret=Secret(env="PASSWORD"))
    declared = model({"a": [run]}, variables={"Password": (password,)})
    play(declared, tmp_path, left, executor=before, secret_store=SecretStore(read))
    there = hands(AttemptStatus("running", before.memos["job-1.1"]))
    play(declared, tmp_path, main, executor=there, state=states[0], secret_store=SecretStore(None))


def test_r4_an_attempt_is_followed_where_its_worker_was_when_it_began(tmp_path: Path) -> None:
    """The model may say another directory since."""
    before = str(tmp_path / "before")
    WorkspaceIndex(SpaceFolder(tmp_path, "space")).use("worker1", before, None)
    followed: list[str] = []

    class Moved(Hands):
        async def inspect(self, location: AttemptLocation) -> AttemptStatus:
            return (
                AttemptStatus("running", "{}") if location.directory == before else AttemptStatus("nothing")
            )

        async def follow(
            self,
            location: AttemptLocation,
            output: Output,
            leave: Leave | None = None,
            notice: Notice = unheard,
        ) -> Outcome:
            followed.append(location.directory)
            return await super().follow(location, output, leave, notice)

    async def main(rig: Rig) -> None:
        await soon()
        assert followed == [before]

    play(SMALL, tmp_path, main, executor=Moved(), state=running())


def test_m2_an_attempt_that_cannot_be_started_fails_with_what_was_warned_of(tmp_path: Path) -> None:
    """In the directory of its target, as the model says it."""
    there: list[str] = []

    class Full(Hands):
        async def start(self, location: AttemptLocation, work: AttemptSpec, resume: str = "") -> None:
            there.append(location.directory)
            raise StartError("no room is left")

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        (ended,) = (each for each in rig.journal.read() if isinstance(each, JobEnded))
        assert (ended.state, ended.reason) == ("failed", "no room is left")
        assert ended.warnings == ("there is no variable Nobody",)
        assert there == ["/srv/db"]
        log = tmp_path / "space" / "logs" / "run-1" / "job-1.1.log"
        assert log.read_text() == "octotui: there is no variable Nobody\n"

    step = on_targets("Run", "db")
    step = replace(step, action=Script(body="echo #{Nobody}"))
    targets = {"db1": Target(name="db1", roles=("db",), directory="/srv/db")}
    play(model({"a": [step]}, targets=targets), tmp_path, main, executor=Full())


@pytest.mark.parametrize(("same", "reason"), [(True, "unknown"), (False, resume_record.RESTARTED)])
def test_r4_one_without_its_supervisors_word_is_lost_with_its_output(
    tmp_path: Path, same: bool, reason: str
) -> None:
    there = hands(AttemptStatus("ended", "{}"))
    if same:
        same_boot(tmp_path)

    async def main(rig: Rig) -> None:
        await soon()
        there.outputs["job-1.1"](b"one\n")
        there.end("job-1.1", Outcome(state="lost", reason="unknown"))
        await rig.until(lambda: rig.state.jobs["job-1.1"].state == "asking")
        (question,) = rig.state.interruptions.values()
        assert question.instructions == reason
        assert (tmp_path / "space" / "logs" / "run-1" / "job-1.1.log").read_text() == "one\n"

    play(SMALL, tmp_path, main, executor=there, state=running())


def test_progress_does_not_go_back(tmp_path: Path) -> None:
    state, _ = advance(running(), ReportProgress(job="job-1.1", attempt=1, percentage=50), 3.0)
    there = hands(AttemptStatus("running", "{}"))

    async def main(rig: Rig) -> None:
        await soon()
        for percentage in ("10", "50", "60"):
            there.outputs["job-1.1"](said("progress", percentage=percentage) + b"\n")
            assert rig.state.jobs["job-1.1"].progress == JobProgress(50)
        there.end("job-1.1", Outcome(state="failed"))
        await rig.until(lambda: there.jobs == ["job-1.2"])
        assert rig.state.jobs["job-1.1"].progress == JobProgress(60)

    play(SMALL, tmp_path, main, executor=there, state=state)


@pytest.mark.parametrize("state", ["nothing", "unstarted"])
def test_what_had_not_begun_begins(tmp_path: Path, state: str) -> None:
    there = hands(AttemptStatus(state, "{}" if state == "unstarted" else ""))  # type: ignore[arg-type]
    same_boot(tmp_path)

    async def main(rig: Rig) -> None:
        await soon()
        assert there.jobs == ["job-1.1"]

    play(SMALL, tmp_path, main, executor=there, state=running())


@pytest.mark.parametrize(
    ("left", "same", "reason"),
    [
        (AttemptStatus("nothing"), False, resume_record.RESTARTED),
        (AttemptStatus("unstarted", "{}"), False, resume_record.RESTARTED),
        (AttemptStatus("lost", "{}"), False, resume_record.RESTARTED),
        (AttemptStatus("lost", "{}"), True, resume_record.KILLED),
        (AttemptStatus("running", '{"log":"new"}'), True, resume_record.UNREADABLE),
        (AttemptStatus("ended"), True, resume_record.UNREADABLE),
    ],
)
def test_what_nobody_knows_the_end_of_asks(
    tmp_path: Path, left: AttemptStatus, same: bool, reason: str
) -> None:
    """M2, I7: it is never silently run again; nor after another crash, once that is told."""
    there = hands(left)
    if same:
        same_boot(tmp_path)

    async def main(rig: Rig) -> None:
        await soon()
        assert (there.jobs, there.followed) == ([], [])
        assert rig.state.jobs["job-1.1"].state == "asking"
        (question,) = rig.state.interruptions.values()
        assert question.instructions == reason
        assert WorkspaceIndex(SpaceFolder(tmp_path, "space")).same_boot("worker1", BOOT)

    play(SMALL, tmp_path, main, executor=there, state=running())


def test_one_that_was_being_stopped_is_stopped_again(tmp_path: Path) -> None:
    state, _ = advance(running(), CancelRun(run="run-1"), 3.0)
    there = hands(AttemptStatus("running", "{}"))

    async def main(rig: Rig) -> None:
        await rig.until(lambda: rig.run_state("run-1") == "cancelled" if rig.journal.runs(1) else True)
        await soon()
        assert there.stopped == ["job-1.1"]
        assert not rig.state.runs

    play(SMALL, tmp_path, main, executor=there, state=state)


def test_q6_a_job_whose_values_are_still_read_is_stopped_and_others_go_on(tmp_path: Path) -> None:
    there, asked = Hands(), asyncio.Event()

    async def ask(secret: Secret) -> str:
        await asked.wait()
        return "correct horse"

    async def main(rig: Rig) -> None:
        first = await rig.start("a")
        await soon()
        await rig.session.send(CancelRun(run=first))
        await rig.until(lambda: rig.run_state(first) == "cancelled")
        asked.set()
        await rig.start("a")
        await rig.until(lambda: there.jobs == ["job-2.1"])

    password = Value(kind="sensitive", secret=Secret(env="PASSWORD"))
    declared = model({"a": [script("Run")]}, variables={"Password": (password,)})
    play(declared, tmp_path, main, executor=there, secret_store=SecretStore(ask))


def test_files_that_a_crash_left_half_kept_are_not_kept_twice(tmp_path: Path) -> None:
    half = tmp_path / "space" / "artifacts" / "run-1" / "job-1.1" / "report"
    half.parent.mkdir(parents=True)
    half.write_text("ha")
    there = hands(AttemptStatus("running", "{}"))

    async def main(rig: Rig) -> None:
        await soon()
        assert not half.exists()

    play(SMALL, tmp_path, main, executor=there, state=running())


def test_r6_what_cannot_be_kept_of_a_workspace_is_a_warning_of_the_run(tmp_path: Path) -> None:
    work = tmp_path / "work"

    class Leaving(Hands):
        async def follow(
            self,
            location: AttemptLocation,
            output: Output,
            leave: Leave | None = None,
            notice: Notice = unheard,
        ) -> Outcome:
            assert leave is not None
            await leave(str(work))
            return Outcome(state="succeeded", exit_code=0)

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: rig.run_state("run-1") == "succeeded")
        progress = (await rig.session.family("run-1")).runs["run-1"].progress
        assert progress.warnings == ("what was left in the workspace cannot be kept: Not a directory",)

    work.mkdir()
    (work / "report").touch()
    (tmp_path / "space").mkdir()
    (tmp_path / "space" / "workspaces").touch()  # no folder
    kept = Retention(workspaces=Keep(keep=1))
    play(model({"a": [script("Run")]}, retention=kept), tmp_path, main, executor=Leaving())


def test_v1_a_prediction_does_not_warn_of_what_steps_would_set(tmp_path: Path) -> None:
    """It runs no scripts; of what nobody sets it warns, as the run would."""
    body = "#{Octopus.Action[First].Output.Key} #{Nobody}"
    later = Step(name="Later", action=Script(body=body), pool="setup")
    declared = model({"a": [script("First"), later]})
    folder = SpaceFolder(tmp_path, "space")
    foreseen = predict(declared, State(), StartRun(process="a", requester="ann"), 1.0, folder)
    assert foreseen.state.runs["run-1"].progress.warnings == ("there is no variable Nobody",)


def test_v1_a_job_that_is_too_much_to_fill_in_fails_and_others_go_on(tmp_path: Path) -> None:
    """V1: it says why in one sentence, and starts nothing."""
    loops = "#{each a in List}#{each b in List}#{each c in List}x#{/each}#{/each}#{/each}"
    variables = {"List": (Value(value="," * 3000),)}
    large = Step(name="Run", action=Script(body=loops), pool="setup")
    declared = model({"a": [large], "b": [script("Small")]}, variables=variables)
    there = Hands()

    async def main(rig: Rig) -> None:
        much, small = await rig.start("a"), await rig.start("b")
        await rig.until(lambda: there.jobs == ["job-2.1"])
        there.end("job-2.1")
        await rig.until(lambda: rig.run_state(much) == "failed" and rig.run_state(small) == "succeeded")
        (ended,) = (each for each in rig.journal.read() if isinstance(each, JobEnded) and each.run == much)
        assert ended.reason == (
            "its text cannot be filled in: this is too much work: values that repeat values,"
            " or loops within loops."
        )

    play(declared, tmp_path, main, executor=there)
