"""What each column of a list of workers shows and is sorted by."""

from datetime import UTC

from msgspec.structs import replace

from octotui.engine import commands
from octotui.views import pools
from octotui.views.labels import ASCII
from octotui.views.lists.columns import CellContext, by_column, named
from octotui.views.lists.worker_columns import COLUMNS, USUAL
from octotui.views.pools import WorkerRow
from tests.scenes import SCENES, Scene
from tests.world import START


def row(scene: Scene, name: str, pool: str = "setup", process: str | None = None) -> WorkerRow:
    return pools.worker_row(scene.state, pool, name, process)


def cells(row: WorkerRow, scope: CellContext | None = None) -> dict[str, str]:
    scope = scope or CellContext(START, UTC)
    return {each.name: "".join(text for text, _ in each.cell(row, each.most, scope)) for each in COLUMNS}


def test_a_worker_shows_who_has_it_who_leases_it_and_how_many_wait():
    """L4, W5."""
    held = replace(row(SCENES["lock_wait"](), "worker1"), next=True, used_at=START)
    assert cells(held) == {
        "next": "→", "worker": "worker1", "sign": "▣", "state": "held", "runs": "run-6 acquires worker-image",
        "waiting": "◔ 1", "reason": "", "leased": "run-7 and run-9", "used": "13:46", "health": "",
        "since": "", "latency": "", "endpoint": "", "roles": "",
    }  # fmt: skip
    assert cells(held, CellContext(START, UTC, ASCII))["waiting"] == "~ 1"
    assert tuple(cells(held)) == USUAL


def test_a_state_is_said_once():
    """W9: a leased worker is on no run."""
    told = cells(row(SCENES["retrying"](), "worker1"))
    assert (told["state"], told["runs"], told["leased"]) == ("leased", "", "run-1")
    assert cells(row(SCENES["idle"](), "worker1"))["runs"] == ""


def test_a_target_shows_its_roles_and_health():
    scene = SCENES["idle"]()
    assert cells(row(scene, "worker2"))["health"] == ""  # nobody has checked it
    scene.world.send(commands.ReportHealth(worker="worker2", health="has-warnings"))
    told = cells(pools.worker_row(scene.world.state, "setup", "worker2"))
    assert (told["state"], told["health"]) == ("idle", "has warnings")
    assert cells(replace(row(scene, "worker1"), roles="web and db"))["roles"] == "web and db"


def test_runs_and_reasons_have_columns_of_their_own():
    sick = replace(row(SCENES["idle"](), "worker1"), note="it answers no more", health="unhealthy")
    assert (cells(sick)["runs"], cells(sick)["reason"]) == ("", "it answers no more")


def test_every_column_can_be_sorted_by():
    scene = SCENES["lock_wait"]()
    rows = [row(scene, name, process="tame") for name in ("worker1", "worker2", "worker3")]
    rows.append(replace(row(scene, "west1", "west"), used_at=START, roles="web", health="healthy"))
    for each in named(COLUMNS, USUAL):
        for way in (False, True):
            assert {line.worker for line in by_column(rows, each, descending=way)} == {
                line.worker for line in rows
            }
    (waiting,) = named(COLUMNS, ["waiting"])
    assert by_column(rows, waiting, descending=True)[0].worker == "worker1"


def test_m6_a_lost_worker_is_lost_not_just_unavailable():
    lost = replace(row(SCENES["lock_wait"](), "worker1"), health="unavailable", lost=True)
    assert cells(lost)["health"] == "lost"
