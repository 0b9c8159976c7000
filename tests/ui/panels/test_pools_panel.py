import pytest

from octotui.engine import commands
from octotui.model.space import Pool, Worker
from octotui.store.user_config import ListSetting
from octotui.ui.widgets.line_list import LineList
from tests import scenes
from tests.ui.opened import opened


async def pane(tmp_path, scene, size, **lists) -> list[str]:
    """The lines of the pane, its head first."""
    async with opened(scene, tmp_path, size, lists=lists) as it:
        await it.sees("Pools", "worker1")
        lines = it.text.splitlines()
        start = next(at for at, line in enumerate(lines) if line.startswith("─ Pools"))
        return [line.split("│")[0].rstrip() for line in lines[start + 1 :]]


async def test_workers_stand_in_columns_as_many_as_fit(tmp_path):
    """L4, W5: who has a worker, who leases it, how many wait, and which one is next."""
    head, _, first, _, third, *_ = await pane(tmp_path, scenes.lock_wait(), (80, 21))
    assert head.split() == ["worker", "state", "runs", "wait", "leased", "by"]
    assert first.split("  ")[0] == "▌"
    assert first[1:].split() == [
        *("worker1", "▣", "held", "run-6", "acquires", "worker-image", "◔", "1", "run-7", "and", "run-9"),
    ]
    assert third.startswith(" → worker3  ▣ held")
    for name, cell in (("worker", "worker1"), ("state", "held"), ("runs", "run-6"), ("leased", "run-7")):
        assert head.index(name) == first.index(cell)
    head, _, first, *_ = await pane(tmp_path, scenes.lock_wait(), (120, 40))
    assert head.split() == ["worker", "state", "runs", "wait"]  # who leases it has no room
    assert "run-6 acquires worker-image" in first
    head, _, first, *_ = await pane(tmp_path, scenes.lock_wait(), (200, 60))
    assert head.split()[-2:] == ["last", "ended"]
    assert first.split()[-1] == "13:47"


async def test_columns_that_are_empty_for_all_are_left_out_though_others_are_hidden(tmp_path):
    head, *_ = await pane(tmp_path, scenes.idle(), (120, 40))
    assert head.split() == ["worker", "state"]
    chosen = ListSetting(("worker", "health", "waiting"))
    head, *_ = await pane(tmp_path, scenes.idle(), (120, 40), pools=chosen)
    assert head.split() == ["worker"]
    head, *_ = await pane(tmp_path, scenes.lock_wait(), (120, 40), pools=chosen)
    assert head.split() == ["worker", "wait"]


async def test_the_workers_of_each_pool_are_sorted_by_the_chosen_column(tmp_path):
    def names(lines: list[str]) -> list[str]:
        words = (word for line in lines for word in line.split())
        return [word for word in words if word.startswith(("worker", "west")) and word[-1].isdigit()]

    setting = ListSetting((), "-worker")
    head, *lines = await pane(tmp_path, scenes.idle(), (120, 40), pools=setting)
    assert head.split()[0] == "worker↓"
    assert names(lines) == ["worker3", "worker2", "worker1", "west2", "west1"]
    _, *lines = await pane(tmp_path, scenes.lock_wait(), (120, 40), pools=ListSetting((), "-waiting"))
    assert names(lines)[0] == "worker1"


async def test_c_chooses_its_columns_and_they_are_kept(tmp_path):
    kept: list[tuple[str, ListSetting]] = []
    async with opened(scenes.lock_wait(), tmp_path, keep=lambda *each: kept.append(each)) as it:
        await it.press("tab", "C")
        await it.sees("Columns: pools and their workers", "how many jobs wait for its lock")
        await it.press("j", "s", "s", "enter")
        await it.sees("worker↓")
        assert kept == [("pools", ListSetting((), "-worker"))]
        assert it.app.list_setting("pools") == kept[0][1]
        lines = it.app.screen.query_one("#pools", LineList)
        before = lines.keys
        await it.press("C", "d", "enter")
        assert lines.keys != before


async def test_without_pools_it_says_what_to_add(tmp_path):
    async with opened(scenes.empty(), tmp_path) as it:
        await it.sees("No pools: add one to the model, such as [pools.setup].")


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
        await it.sees("Kraken > DB 1", "roles: db")
        await it.press("escape", "g", *"jjjjjj")
        assert it.app.screen.query_one("#pools", LineList).key == "west west2"
        await it.press("j", "enter")
        await it.sees("Kraken > Web 1")


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
