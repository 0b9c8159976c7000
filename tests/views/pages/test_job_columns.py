"""The cells of jobs that have a lock, or wait for it."""

import pytest

from octotui.views.labels import WAITS
from octotui.views.lists.columns import CellContext
from octotui.views.pages.job_columns import COLUMNS
from octotui.views.pages.page import JobRow


@pytest.mark.parametrize(("until", "left"), [(112.0, "12s"), (95.0, "+5s"), (None, "")])
def test_how_long_and_about_how_much_longer(until: float | None, left: str) -> None:
    row = JobRow(run="run-7", title="Go", step="Copy", mark=WAITS, since=80.0, until=until, wait="worker1")
    cells = {
        each.name: "".join(text for text, _ in each.cell(row, 20, CellContext(now=100.0))) for each in COLUMNS
    }
    assert (cells["run"], cells["step"], cells["for"], cells["left"]) == ("run-7", "Copy", "20s", left)
    assert cells["wait"] == "worker1"
