import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from octotui.workers.agent import job, jobs, spool
from octotui.workers.agent.jobs import Jobs
from octotui.workers.agent.launch import SCRIPT, Launcher
from octotui.workers.agent.record import AgentRecord, read_record


class Bench:
    """Jobs, and what they say."""

    def __init__(self, folder: Path) -> None:
        self.said: list[tuple[dict[str, Any], bytes]] = []
        self.home = os.open(folder, os.O_RDONLY)
        self.begin_again()

    def begin_again(self) -> None:
        """As an agent does that follows one that was killed."""
        left = read_record("record")
        self.jobs = Jobs(".", AgentRecord("record", left), Launcher(self.home), self._say)
        self.jobs.adopt(left)

    def start(self, name: str, script: str, **more: Any) -> None:
        texts = (
            script.encode(),
            b"",
            f"memo {name} {{}}\n".encode(),
            b"/bin/sh\0" + SCRIPT,
            b"PATH=/usr/bin:/bin\0",
        )
        header = {"job": name, "directory": "worker", "space": "space", "values_in": "VALUES", "files": "777"}
        header |= {"lengths": [*map(len, texts)]} | more
        self.jobs.start(header, b"".join(texts), time.monotonic())

    def until(self, holds: Callable[[], object]) -> None:
        end = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < end, self.said
            self.jobs.reap()
            self.jobs.tick(time.monotonic())
            time.sleep(0.002)

    def words(self, name: str) -> list[str]:
        return [header["say"] for header, _ in self.said if header["job"] == name]

    def ended(self, name: str) -> tuple[dict[str, Any], bytes]:
        self.until(lambda: "ended" in self.words(name))
        output = b"".join(body for header, body in self.said if header["job"] == name)
        return next(
            header for header, _ in self.said if (header["job"], header["say"]) == (name, "ended")
        ), output

    def _say(self, header: dict[str, Any], payload: bytes) -> None:
        self.said.append((header, payload))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.chdir(tmp_path)
    made = Bench(tmp_path)
    yield made
    os.close(made.home)


def test_a_short_job_is_one_frame(bench: Bench) -> None:
    bench.start("a", "echo out; exit 3")
    time.sleep(0.1)
    bench.jobs.reap()
    ((header, output),) = bench.said
    assert (header["say"], header["code"], header["sizes"], header["at"], output) == (
        "ended",
        3,
        [4],
        0,
        b"out\n",
    )
    bench.jobs.forget("a")
    assert not bench.jobs
    assert not list(Path("worker/work").iterdir())


def test_m2_a_name_that_is_known_is_not_begun_again(bench: Bench) -> None:
    for _ in range(3):
        bench.start("a", "echo ran >>../../ran; until [ -e ../../../go ]; do sleep 0.01; done")
    bench.until(lambda: "begun" in bench.words("a"))
    Path("go").touch()
    bench.ended("a")
    bench.start("a", "echo ran >>../../ran")
    bench.begin_again()
    bench.start("a", "echo ran >>../../ran")
    bench.until(lambda: bench.words("a").count("ended") > 1)
    assert Path("worker/ran").read_text() == "ran\n"


def test_m2_what_a_killed_agent_left_of_a_start_goes_when_it_is_asked_again(bench: Bench) -> None:
    folders = [Path("worker/work", f"space-0123abcd.{number}") for number in range(3)]
    for folder, record in zip(folders, (b"memo a {}\nbegun\n", b"memo other {}\n", b""), strict=True):
        folder.mkdir(parents=True)
        (folder / "record").write_bytes(record)
    bench.start("a", "true", again=True)
    bench.ended("a")
    assert [folder.exists() for folder in folders] == [False, True, False]


@pytest.mark.parametrize("is_running", [False, True])
@pytest.mark.parametrize("left", ["", "echo left >report; "])
def test_m2_a_workspace_goes_before_its_name_is_forgotten(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, left: str, is_running: bool
) -> None:
    """The agent after one that is killed removes what that one could not; also if the job went on."""
    with monkeypatch.context() as killed:
        killed.setattr(jobs.WorkspaceRemoval, "remove", lambda *_: False)
        bench.start("a", f"{left}until [ -e ../../../go ]; do sleep 0.01; done")
        if is_running:
            bench.until(lambda: bench.words("a"))
            bench.jobs.forget("a")
        Path("go").touch()
        if not is_running:
            bench.ended("a")
            bench.jobs.forget("a")
        bench.jobs.save()
    bench.begin_again()
    assert not bench.jobs._jobs
    bench.until(lambda: not list(Path("worker/work").iterdir()))
    bench.until(lambda: not bench.jobs)
    bench.jobs.save()
    assert read_record("record") == {}


def test_m3_streams_are_told_apart_with_their_offsets(bench: Bench) -> None:
    bench.start("a", "echo out; echo error >&2; sleep 0.05; echo more", streams=2)
    header, _ = bench.ended("a")
    chunks = [(each["stream"], each["at"], body) for each, body in bench.said if each["say"] == "output"]
    for stream, text in ((0, b"out\nmore\n"), (1, b"error\n")):
        assert b"".join(body for number, _, body in chunks if number == stream) == text
        assert header["sizes"][stream] == len(text)
    assert (0, 0) in {(stream, at) for stream, at, _ in chunks}


def test_m3_a_line_of_one_stream_is_not_broken_by_a_line_of_the_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M3: what a stream begins is sent once it is whole, after what the other has said meanwhile."""
    monkeypatch.setattr(job, "QUIET", 60.0)
    wait = "until [ -e ../../../{} ]; do sleep 0.01; done"
    bench.start("a", f"printf a; {wait.format(1)}; echo b >&2; {wait.format(2)}; printf 'c\\nd'", streams=2)
    bench.until(lambda: [each.read_bytes() for each in Path("worker").glob("work/*/spool")] == [b"a"])
    Path("1").touch()
    bench.until(lambda: "output" in bench.words("a"))
    Path("2").touch()
    bench.ended("a")
    told = [(each["stream"], body) for each, body in bench.said if each["say"] == "output"]
    assert told == [(1, b"b\n"), (0, b"ac\n"), (0, b"d")]


def test_m3_the_order_of_streams_is_noted_also_while_nobody_follows(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AWAY", 0.01)
    wait = "until [ -e ../../../go ]; do sleep 0.01; done"
    bench.start("a", f"printf x >&2; echo first >&2; {wait}; echo second; printf end", streams=2)
    bench.jobs.unfollow()
    (noted,) = bench.jobs._open
    bench.until(lambda: (0, 7) in noted._marks)
    Path("go").touch()
    bench.until(lambda: not bench.jobs.is_busy)
    bench.jobs.follow("a", [0, 2], time.monotonic())
    header, _ = bench.ended("a")
    told = [(each["stream"], each["at"], body) for each, body in bench.said if each["say"] == "output"]
    assert told == [(1, 2, b"irst\n"), (0, 0, b"second\n"), (0, 7, b"end")]
    assert header["sizes"] == [10, 7]


def test_v5_what_was_said_on_stdout_before_is_sent_before_a_line_of_stderr(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V5: as a value that a script declares sensitive; also where stdout is far behind, and grows."""
    monkeypatch.setattr(spool, "CHUNK", 10)
    bench.start("a", "seq 100 199; echo sensitive; echo value >&2; seq 200 299; echo other >&2", streams=2)
    bench.ended("a")
    told = [(each["stream"], body) for each, body in bench.said if each["say"] == "output"]
    for line, before in ((b"value\n", b"sensitive\n"), (b"other\n", b"299\n")):
        at = next(at for at, (stream, body) in enumerate(told) if stream == 1 and line in body)
        assert before in b"".join(body for stream, body in told[:at] if stream == 0)
    assert b"".join(body for stream, body in told if stream == 1) == b"value\nother\n"


def test_r6_marks_of_streams_are_bounded(bench: Bench) -> None:
    bench.start("a", "true", streams=2)
    (noted,) = bench.jobs._open
    noted._marks = [(number, number) for number in range(job.MARKS)]
    noted.note()
    assert len(noted._marks) <= job.MARKS // 2 + 1
    assert noted._marks[-1] == (0, 0)
    bench.ended("a")


def test_m3_an_unfinished_line_is_sent_once_both_streams_were_quiet(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "QUIET", 0.05)
    bench.start(
        "a", "printf a; printf b >&2; until [ -e ../../../go ]; do sleep 0.01; done; echo c", streams=2
    )
    bench.until(lambda: bench.words("a").count("output") == 2)
    Path("go").touch()
    bench.ended("a")
    told = [(each["stream"], body) for each, body in bench.said if each["say"] == "output"]
    assert told == [(0, b"a"), (1, b"b"), (0, b"c\n")]


def test_m3_output_is_sent_again_from_an_offset(bench: Bench) -> None:
    bench.start("a", "echo one; echo two")
    bench.ended("a")
    bench.said.clear()
    bench.jobs.follow("a", [4], time.monotonic())
    header, output = bench.ended("a")
    assert (header["at"], header["sizes"], output) == (4, [8], b"two\n")
    bench.jobs.follow("b", [0], time.monotonic())
    assert bench.said[-1][0] == {"say": "unknown", "job": "b"}


def test_m2_an_agent_that_follows_a_killed_one_knows_what_ended_and_follows_what_goes_on(
    bench: Bench,
) -> None:
    """R4: the script that lives is not killed; how it ends is unknown, and its output whole."""
    bench.start("a", "exit 5")
    bench.ended("a")
    bench.start("b", "echo one; until [ -e ../../../go ]; do sleep 0.01; done; echo two")
    bench.until(lambda: "begun" in bench.words("b"))
    children = bench.jobs._children  # an agent that is killed has none any more
    pid = next(iter(children))
    bench.begin_again()
    bench.said.clear()
    for name in ("a", "b"):
        bench.jobs.follow(name, [0], time.monotonic())
    assert bench.ended("a")[0]["code"] == 5
    time.sleep(0.1)
    bench.jobs.tick(time.monotonic())
    assert "ended" not in bench.words("b")
    Path("go").touch()
    header, output = bench.ended("b")
    assert (header["code"], output) == (None, b"one\ntwo\n")
    assert os.waitpid(pid, os.WNOHANG) in ((0, 0), (pid, 0)) if Path(f"/proc/{pid}").exists() else True


def test_s5_a_stop_ends_all_and_is_told(bench: Bench) -> None:
    script = (
        "setsid sh -c 'trap \"\" TERM; echo $$; sleep 60; sleep 60' &"
        " trap '' TERM; sleep 0.1; echo; wait; sleep 60"
    )
    bench.start("a", script)
    bench.until(lambda: b"".join(body for _, body in bench.said).count(b"\n") == 2)
    bench.jobs.stop("a", 0.1, time.monotonic())
    bench.jobs.stop("a", 60.0, time.monotonic())
    header, output = bench.ended("a")
    assert (header["stopped"], header["code"]) == (True, -9)
    assert "survivors" not in header
    pid = int(output.split()[0])
    bench.until(lambda: not Path(f"/proc/{pid}").exists() or b") Z" in Path(f"/proc/{pid}/stat").read_bytes())


def test_a_job_that_is_forgotten_while_it_runs_goes_on_unsaid(bench: Bench) -> None:
    bench.start("a", "until [ -e ../../../go ]; do sleep 0.01; done; echo ran >../../ran")
    bench.until(lambda: bench.words("a"))
    bench.jobs.keep((), "other", time.monotonic())
    bench.said.clear()
    assert bench.jobs
    Path("go").touch()
    bench.until(lambda: not bench.jobs)
    assert bench.said == []
    assert Path("worker/ran").exists()
    assert not list(Path("worker/work").iterdir())


def test_an_agent_that_retires_takes_nothing_new(bench: Bench) -> None:
    bench.jobs.takes_new = False
    bench.start("a", "true")
    assert bench.said[0][0]["say"] == "refused"


def test_look_knows_an_attempt_in_its_directory_alone(bench: Bench) -> None:
    bench.start("a", "sleep 60")
    for directory, state in (("worker", "running"), ("other", "nothing")):
        bench.jobs.look("a", directory)
        assert bench.said[-1][0]["state"] == state
    bench.jobs.look("a", "worker")
    assert bench.said[-1][1] == b"memo a {}\n"
    bench.jobs.stop("a", 0.0, time.monotonic())
    bench.ended("a")


def test_one_who_prints_much_leaves_room_for_others(bench: Bench) -> None:
    bench.start("much", "head -c 5000000 /dev/zero; sleep 60")
    bench.start("little", "echo little; sleep 60")
    bench.until(lambda: b"little\n" in [body for _, body in bench.said])
    bench.until(lambda: sum(len(body) for header, body in bench.said if header["job"] == "much") == 5_000_000)
    for name in ("much", "little"):
        bench.jobs.stop(name, 0.0, time.monotonic())
        bench.ended(name)


def test_a_limit_of_open_files_below_those_of_the_agent_hinders_no_start(bench: Bench) -> None:
    """It is the script's, and the agent has files open of many jobs."""
    held = [os.dup(bench.home) for _ in range(900)]
    try:
        bench.start("a", "ulimit -n")
        assert bench.ended("a")[1] == b"777\n"
    finally:
        for each in held:
            os.close(each)


def test_a_silent_job_that_nobody_follows_needs_no_ticks(bench: Bench) -> None:
    """No processor time for the night between two sessions."""
    bench.start("a", "sleep 60")
    bench.until(lambda: "begun" in bench.words("a"))
    bench.jobs.unfollow()
    bench.jobs.has_room = lambda: False  # as without a connection
    bench.until(lambda: bench.jobs.wait(time.monotonic()) is None)
    bench.jobs.stop("a", 0.0, time.monotonic())
    bench.until(lambda: bench.jobs._jobs["a"].state == job.ENDED)


def test_m6_a_job_that_nobody_follows_any_more_is_stopped(bench: Bench) -> None:
    """M6: with all that it started; its workspace goes, and nothing is said of it."""
    bench.start("space-1/a", "sleep 60 & echo $! >../../pid; wait")
    bench.until(lambda: Path("worker/pid").exists() and Path("worker/pid").read_text() != "")
    bench.jobs.keep((), "space-1", time.monotonic())
    bench.said.clear()
    bench.until(lambda: not bench.jobs)
    assert bench.said == []
    pid = int(Path("worker/pid").read_text())
    bench.until(lambda: not Path(f"/proc/{pid}").exists() or b") Z" in Path(f"/proc/{pid}/stat").read_bytes())
    assert not list(Path("worker/work").iterdir())


def test_m6_an_agent_that_follows_a_killed_one_stops_what_that_was_stopping(bench: Bench) -> None:
    """M6, R4: also a process that ignores TERM, whose leader is gone, and whose folder is removed."""
    script = "sh -c 'trap \"\" TERM; echo $$ >../../pid; sleep 60; sleep 60' & wait"
    bench.start("space-1/a", script)
    bench.until(lambda: Path("worker/pid").exists() and Path("worker/pid").read_text() != "")
    bench.until(lambda: "begun" in bench.words("space-1/a"))
    pid = int(Path("worker/pid").read_text())
    bench.jobs.keep((), "space-1", time.monotonic())
    bench.jobs.save()
    for child in bench.jobs._children:
        os.waitpid(child, 0)  # TERM ends it at once; then its agent is killed
    assert Path(f"/proc/{pid}").exists()
    (folder,) = Path("worker/work").iterdir()
    shutil.rmtree(folder)
    bench.begin_again()
    bench.said.clear()
    bench.until(lambda: not bench.jobs)
    assert not Path(f"/proc/{pid}").exists() or b") Z" in Path(f"/proc/{pid}/stat").read_bytes()
    assert bench.said == []
    bench.jobs.save()
    assert read_record("record") == {}


def test_s5_a_stop_is_gone_on_with_by_an_agent_that_follows_a_killed_one(bench: Bench) -> None:
    """S5, R4: with the grace that it was given, counted anew; it is told as stopped."""
    bench.start("a", "trap '' TERM; echo; sleep 60; sleep 60")
    bench.until(lambda: any(body for _, body in bench.said))
    bench.jobs.stop("a", 0.1, time.monotonic())
    bench.jobs.save()
    bench.begin_again()
    bench.said.clear()
    bench.jobs.follow("a", [0], time.monotonic())
    header, _ = bench.ended("a")
    assert header["stopped"] is True
