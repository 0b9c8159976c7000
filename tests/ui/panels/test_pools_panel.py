import pytest

from octotui.engine import commands
from octotui.model.space import Pool, Worker
from octotui.ui.panels.pools_panel import draw
from octotui.ui.widgets.line_list import LineList
from octotui.views import pools
from octotui.views.labels import ASCII, UNICODE
from tests import scenes
from tests.scenes import SCENES
from tests.ui.opened import opened


def line(name: str, worker: str, width: int, glyphs=UNICODE) -> str:
    row = pools.worker_row(SCENES[name]().state, "setup", worker, "tame")
    return "".join(text for text, _ in draw(row, width, 8, glyphs)).rstrip()


def test_a_worker_in_one_line():
    assert line("lock_wait", "worker1", 78) == (
        "  worker1   ▣ run-6 acquires worker-image  leased: run-7 and run-9   ◔ 1 waits"
    )
    assert line("lock_wait", "worker1", 54) == "  worker1   ▣ run-6 acquires worker-image    ◔ 1 waits"
    assert line("lock_wait", "worker3", 60) == "→ worker3   ▣ run-7 acquires worker-image  leased: run-8"
    assert line("retrying", "worker1", 60) == "→ worker1   · leased by run-1"
    assert line("lock_wait", "worker3", 60, ASCII).startswith("->worker3   # run-7")


async def test_a_worker_has_the_cursor_first_and_heads_of_pools_open_their_page(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path) as it:
        await it.press("tab", "w")
        await it.sees("Why: worker1")
        await it.press("escape", "j", "j", "j", "j", "w")
        await it.sees("Why: west1")
        await it.press("escape", "k", "enter")
        await it.sees("Kraken > West US", "Workers")


async def test_the_head_of_targets_is_passed_over_and_a_target_opens_its_page(tmp_path):
    async with opened(scenes.turns(), tmp_path) as it:
        await it.press("tab", "G", "enter")
        await it.sees("Kraken > db1", "roles: db")
        await it.press("escape", "g", *"jjjjjj")
        assert it.app.screen.query_one("#pools", LineList).key == "west west2"
        await it.press("j", "enter")
        await it.sees("Kraken > web1")


async def test_it_follows_health_and_models(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        await it.session.send(commands.ReportHealth(worker="worker2", health="unhealthy"))
        await it.sees("✖ unhealthy")
        pool = {"setup": it.session.state.model.pools["setup"]}
        await it.session.send(commands.LoadModel(scenes.kraken(pools=pool)))
        await it.until(lambda: "West US" not in it.text)


async def test_it_says_for_which_runbook_the_arrow_is(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.sees("→ next for Tame the kraken", "→ worker3")
        await it.press("j")
        await it.sees("→ next for Create AWS RDS", "→ worker2")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_it_opens_at_its_top_however_many_workers_there_are(tmp_path, size):
    many = Pool(name="Many", workers=tuple(f"w{number}" for number in range(20)))
    scene = scenes.idle()
    workers = {name: Worker(name=name) for name in many.workers}
    scene.world.send(commands.LoadModel(scenes.kraken(pools={"many": many}, workers=workers)))
    async with opened(scene._replace(state=scene.world.state), tmp_path, size) as it:
        lines = it.app.screen.query_one("#pools", LineList)
        await it.until(lambda: lines.size.height and "w0 " in it.text)
        assert lines.scroll_offset.y == 0
        assert "Many" in it.text
        await it.press("tab", "G")
        await it.sees("w19")
        await it.press("g")
        await it.until(lambda: lines.scroll_offset.y == 0)
