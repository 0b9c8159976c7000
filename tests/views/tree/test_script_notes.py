from msgspec.structs import replace

from octotui.engine.state import Artifact, Attempt
from octotui.views.labels import JOBS
from octotui.views.tree import script_notes
from tests.scenes import SCENES


def test_v7_what_a_script_said_stands_beneath_its_step_once_it_is_over():
    job = SCENES["telling"]().state.jobs["job-1.1"]
    assert script_notes.script_notes(job) == [
        ("The kraken weighs 94 t", "lit"),
        ("artifact kraken-weight.csv 12 KiB", "muted"),
        ("the scales end at 100 t", "warned"),
        ("the tail was not weighed", "warned"),
    ]
    assert script_notes.warned(job) == "2 warnings"
    assert script_notes.warned(replace(job, warnings=())) == ""
    running = replace(job, ended_at=None)
    assert script_notes.script_notes(running) == [("artifact kraken-weight.csv 12 KiB", "muted")]
    assert script_notes.file(Artifact("a", 1)) == "artifact a 1 B"


def notes(**more: object) -> list[tuple[str, str, str, str]]:
    job = replace(SCENES["telling"]().state.jobs["job-1.1"], **more)
    rows = [branch.row for branch in script_notes.attempts(job, JOBS[job.state], "7s")]
    return [(row.text, row.mark.word, row.note, row.time) for row in rows if row.mark]


def test_s5_each_attempt_of_a_job_that_was_tried_again_is_a_row():
    first = ("attempt 1", "failed", "the scales are busy, exit code 75", "4s")
    over = "succeeded with warnings"
    assert notes() == [first, ("attempt 2", over, "", "7s")]
    assert notes(state="running") == [first, ("attempt 2", "running", "", "7s")]
    assert notes(attempt=1, state="waiting") == [first]
    assert notes(state="failed", reason="exit code 3", exit_code=3) == [
        first,
        ("attempt 2", "failed", "", "7s"),
    ]
    last = ("attempt 2", "failed", "exit code 3", "7s")
    assert notes(state="failed", reason="it is ill", exit_code=3) == [first, last]
    assert notes(attempts=(), attempt=1) == []
    lost = Attempt("", 9, None, 5.0)
    assert notes(attempts=(lost,), attempt=1) == []
    assert notes(attempts=(lost,), attempt=1, state="waiting") == [("attempt 1", "failed", "exit code 9", "")]
