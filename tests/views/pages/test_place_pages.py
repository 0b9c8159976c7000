"""The pages in text: what each says of a worker, a pool, a target, an environment and the space."""

from collections import Counter
from datetime import UTC

from msgspec import structs

from octotui.engine.queries.matcher import matches
from octotui.views.pages.last_runs import newer, standings
from octotui.views.pages.page import DeployedRow, JobRow, PageLine, PagePlace, query_of
from octotui.views.pages.place_pages import PageScope, page
from octotui.views.pools import WorkerRow
from tests import scenes
from tests.scenes import Scene
from tests.ui.fake import FakeSession


def lines(scene: Scene, tmp_path, place: PagePlace) -> tuple[PageLine, ...]:
    """A page with all that has ended there."""
    ended = FakeSession(scene, tmp_path)._ended()
    query = query_of(place)
    past = [each for each in ended if query is not None and matches(query, each)]
    last = standings(scene.state, newer({}, past))
    found = page(place, PageScope(scene.state, scene.now, UTC, past, last))
    assert max(Counter(each.key for each in found).values()) == 1
    return found


def under(found: tuple[PageLine, ...], heading: str) -> list[PageLine]:
    """The lines beneath the heading that begins so."""
    texts = [each.text for each in found]
    start = next(at for at, text in enumerate(texts) if found[at].is_heading and text.startswith(heading))
    end = next((at for at in range(start + 1, len(found)) if found[at].is_heading), len(found))
    return [each for each in found[start + 1 : end] if each.table is None or each.run or each.row]


def worker(line: PageLine) -> WorkerRow:
    """The worker or target of a line."""
    assert isinstance(line.row, WorkerRow)
    return line.row


def job(line: PageLine) -> JobRow:
    """The job of a line."""
    assert isinstance(line.row, JobRow)
    return line.row


def test_l4_a_worker_s_page_says_who_has_its_lock_and_who_waits_for_it(tmp_path) -> None:
    found = lines(scenes.lock_wait(), tmp_path, PagePlace("worker", "worker1"))
    assert found[0].text == "held · health: not checked yet · may be selected"
    (holder,) = under(found, "Lock, held in exclusive mode")
    held = job(holder)
    assert (holder.run, held.step, held.mark.word) == ("run-6", "worker-image", "running")
    assert scenes.lock_wait().now - held.since < 2
    (waiting,) = under(found, "Line, 1 waits for its lock")
    assert (waiting.run, job(waiting).mark.word) == ("run-9", "waits")
    assert job(waiting).wait.startswith("exclusive use: run-6 is acquiring worker-image")
    assert [each.run for each in under(found, "Runs that lease it")] == ["run-6", "run-7", "run-9"]
    (pool,) = under(found, "Pools")
    assert (pool.text, pool.place) == ("Setup", PagePlace("pool", "setup"))
    assert [each.run for each in under(found, "Last runs")] == ["run-5", "run-2", "run-1"]
    assert all(each.table == "runs" for each in under(found, "Last runs"))
    tables = [each.table for each in found if each.table and not each.run and not each.row]
    assert tables == ["jobs", "jobs", "runs", "runs"]  # a head over each


def test_w4_a_worker_that_may_not_be_selected_says_why(tmp_path) -> None:
    found = lines(scenes.seed(), tmp_path, PagePlace("worker", "west2"))
    assert found[0].text == "disabled · health: disabled · may not be selected: it is disabled"
    assert [each.text for each in under(found, "Lock")] == ["Nobody holds its lock."]
    assert [each.text for each in under(found, "Last runs")] == ["No run has ended here."]
    assert not any(each.text.startswith("Line") for each in found)


def test_a_pool_s_page_leads_to_its_workers(tmp_path) -> None:
    found = lines(scenes.lock_wait(), tmp_path, PagePlace("pool", "setup"))
    assert found[0].text == "round-robin · default"
    workers = under(found, "Workers")
    assert [each.place for each in workers] == [
        PagePlace("worker", f"worker{number}") for number in (1, 2, 3)
    ]
    row = worker(workers[0])
    assert (row.runs, row.leases, row.queue) == ("run-6 acquires worker-image", "run-7 and run-9", 1)
    assert row.used_at == scenes.lock_wait().now - 1
    assert {each.run for each in under(found, "Runs that lease")} == {"run-6", "run-7", "run-8", "run-9"}
    assert [each.run for each in under(found, "Last runs")] == ["run-5", "run-4", "run-3", "run-2", "run-1"]


def test_an_environment_s_page_says_what_is_deployed_there(tmp_path) -> None:
    found = lines(scenes.deployed(), tmp_path, PagePlace("environment", "production"))
    deployed = under(found, "Deployed last")
    rows = [each.row for each in deployed if isinstance(each.row, DeployedRow)]
    assert [(row.project, row.run.version, row.run.mark.word, row.tenant) for row in rows] == [
        ("Shop", "2.4.0", "succeeded", "Contoso"),
        ("Shop", "2.4.0", "succeeded", "Fabrikam"),
        ("Shop", "2.4.0", "succeeded", "Globex"),
        ("Billing service", "1.0.3", "failed", "Contoso"),
        ("Billing service", "1.0.3", "executing", "Globex"),
    ]
    assert [each.run for each in deployed] == ["run-1", "run-2", "run-3", "run-4", "run-12"]
    assert [each.run for each in under(found, "Open runs")] == ["run-12"]
    assert "run-6" in [each.run for each in under(found, "Last runs")]
    assert "run-7" not in [each.run for each in under(found, "Last runs")]


def test_a_target_s_page_says_its_roles_and_who_waits_for_it(tmp_path) -> None:
    found = lines(scenes.turns(), tmp_path, PagePlace("target", "web1"))
    assert "roles: web" in found[0].text
    assert not any(each.text == "Last runs" for each in found)
    environment = lines(scenes.turns(), tmp_path, PagePlace("environment", "production"))
    assert PagePlace("target", "web1") in [each.place for each in under(environment, "Targets")]


def test_a_worker_that_is_only_leased_says_so_once(tmp_path) -> None:
    found = lines(scenes.retrying(), tmp_path, PagePlace("pool", "setup"))
    rows = [worker(each) for each in under(found, "Workers")]
    assert [(row.mark.word, row.leases) for row in rows] == [("leased", "run-1"), ("idle", ""), ("idle", "")]


def test_the_space_s_page_leads_to_all_that_has_one(tmp_path) -> None:
    found = lines(scenes.turns(), tmp_path, PagePlace("space"))
    assert {each.place.kind for each in found if each.place} == {"pool", "environment", "target"}
    setup = under(lines(scenes.seed(), tmp_path, PagePlace("space")), "Pools")[0]
    assert setup.note == "3 workers · 3 busy · round-robin · default"


def test_what_the_model_no_longer_declares_is_said(tmp_path) -> None:
    (line,) = lines(scenes.seed(), tmp_path, PagePlace("worker", "worker9"))
    assert line.text == "The model declares no worker worker9 any more."


def test_while_it_is_looked_up_nothing_is_claimed() -> None:
    scene = scenes.seed()
    found = page(PagePlace("pool", "west"), PageScope(scene.state, scene.now, UTC))
    assert [each.text for each in under(found, "Last runs")] == ["looking them up …"]


def test_in_a_replay_nothing_is_said_of_what_has_ended() -> None:
    scene = scenes.seed()
    state = structs.replace(scene.state, keep_ended=True)
    found = page(PagePlace("pool", "setup"), PageScope(state, scene.now, UTC, ()))
    assert "Last runs" not in [each.text for each in found]


def test_e1_e3_e4_a_worker_s_page_says_how_long_and_how_far_off_the_last_estimates_were() -> None:
    scene = scenes.estimated()
    lines = page(PagePlace("worker", "worker1"), PageScope(scene.state, scene.now, UTC))
    jobs = {row.run: row for row in (line.row for line in lines) if isinstance(row, JobRow)}
    held, waiting = jobs["run-16"], jobs["run-19"]
    assert (held.step, scene.now - held.since) == ("Dump", 50)
    assert held.until is not None
    assert waiting.until is not None
    assert (held.until - scene.now, round(waiting.until - scene.now)) == (10, 20)
    assert "waits for its lock: the last estimate was off by 17 %" in [line.text for line in lines]
