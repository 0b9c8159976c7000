"""What becomes of open runs when octotui is left."""

from pathlib import Path

import pytest

from octotui.engine.advance import advance
from octotui.engine.commands import ReportReachability
from octotui.views import leaving
from octotui.views.leaving import backed_up, exported
from tests.scenes import SCENES


@pytest.mark.parametrize(
    ("name", "active", "leave"),
    [
        ("seed", "4 runs are active", "4 jobs continue; later steps wait until you return"),
        (
            "cancelling",
            "1 run is active",
            "1 job continues; later steps wait until you return",
        ),
        ("retrying", "1 run is active", "no script is running; runs continue when you return"),
    ],
)
def test_leaving_says_what_it_would_cost(name, active, leave):
    told = leaving.leave_text(SCENES[name]().state)
    assert (told.active, told.leave) == (active, leave)


def test_a_server_that_ends_says_what_goes_on_and_what_waits():
    left = leaving.open_work(SCENES["seed"]().state)
    assert left.jobs == ("job-2.1", "job-3.1", "job-4.1", "job-5.1")
    assert left.lines[0] == "run-2  “Create the instance” continues on worker1"
    assert left.lines[-1] == "4 open runs wait until the space is opened again"


def test_m6_nothing_is_said_to_continue_on_a_machine_that_cannot_be_reached():
    """M6: it may be gone with all that ran there."""
    state = SCENES["seed"]().state
    state, _ = advance(state, ReportReachability(job="job-2.1", attempt=1, reason="no route"), state.at)
    assert leaving.open_work(state).lines[0] == (
        "run-2  “Create the instance” was on worker1, which cannot be reached"
    )
    assert leaving.leave_text(state).leave.startswith("3 jobs continue, 1 cannot be reached; ")


def test_a_server_with_nothing_open_says_so():
    assert leaving.open_work(SCENES["idle"]().state).lines == ("no script is running any more",)


def test_an_export_says_what_is_in_it_and_how_large_it_is() -> None:
    path = Path("run-1.zip")
    assert (
        exported(path, 2048, ("run-1",), 7, whole=True)
        == "run-1.zip: run-1 and all it started, 7 events, 2 KiB"
    )
    assert exported(path, 9, ("run-1", "run-4"), 1, whole=False) == (
        "run-1.zip: run-1 and run-4 and all they started, not ended yet, 1 event, 9 B"
    )


def test_a_backup_says_up_to_where_it_goes() -> None:
    assert (
        backed_up(Path("k.tar.gz"), 2048, "Kraken", 12, 1) == "k.tar.gz: Kraken up to event 12, 1 run, 2 KiB"
    )
