from pathlib import Path

from octotui.model.space import BUILT_IN
from octotui.model.toml.located_parts import locate
from octotui.views.model_parts import parts
from octotui.views.model_parts.parts import ModelPart
from octotui.views.pages.page import PagePlace
from octotui.views.tree import run_tree
from tests.scenes import asking, kraken, lock_wait
from tests.world import World, model, on_targets, rolling

KRAKEN = Path(__file__).parents[3] / "configs/kraken.toml"


def line(part: ModelPart | None) -> str:
    """The line of the kraken's model that declares a part."""
    assert part is not None
    found = locate(KRAKEN, part.paths)
    return found.text.split("\n")[found.first - 1]


def test_places_are_declared_by_their_tables() -> None:
    declared = kraken()
    assert line(parts.of_place(declared, PagePlace("space"))) == "[space]"
    assert line(parts.of_place(declared, PagePlace("pool", "setup"))) == "[pools.setup]"
    assert line(parts.of_place(declared, PagePlace("environment", "test"))).startswith("[environments.test]")


def test_a_worker_that_only_a_pool_names_is_declared_there() -> None:
    part = parts.of_machine(kraken(), "worker1")
    assert part.paths[-1][:2] == ("pools", "setup")
    assert '"worker1"' in line(part)
    assert parts.of_machine(kraken(), BUILT_IN).paths[-1] == ("engine",)


def test_t1_each_row_of_a_tree_leads_to_its_step_or_machine() -> None:
    scene = lock_wait()
    run = next(each for each in scene.state.runs.values() if each.request.process == "tame")
    rows = run_tree.rows(scene.state, run.id, scene.now)
    found = {(row.kind, row.text): line(parts.of_row(scene.state, row, kraken())) for row in rows}
    text = KRAKEN.read_text()
    steps = {name: at for (kind, name), at in found.items() if kind == "step"}
    assert {at for name, at in steps.items() if f'name = "{name}"' in text} == {"[[runbooks.tame.steps]]"}
    assert {at for name, at in steps.items() if name not in text} <= {"[runbooks.tame]"}
    machines = [at for (kind, _), at in found.items() if kind == "worker"]
    assert machines
    assert all("worker" in at for at in machines)


def test_a_question_leads_to_its_manual_step() -> None:
    scene = asking()
    part = parts.of_question(scene.state, "question-1", scene.state.model)
    assert part is not None
    assert part.name == "Look at the bill of Tame the kraken"
    assert parts.of_question(scene.state, "question-9", scene.state.model) is None


def test_a_step_is_found_by_its_name_and_a_child_step_through_its_parent() -> None:
    world = World(model({"go": [rolling("Roll", ("web",), on_targets("one"), on_targets("two"))]}))
    world.start("go")
    names = [step.name for step in world.state.runs["run-1"].runbook.steps]
    part = parts.of_step(world.state, "run-1", names.index("two"), world.state.model)
    assert part is not None
    assert part.paths[0] == ("runbooks", "go", "steps", "Roll", "steps", "two")
    assert parts.of_step(world.state, "run-1", 9, world.state.model) is None


def test_v4_a_variable_is_declared_by_its_project_its_sets_or_the_space() -> None:
    assert parts.of_variable(kraken(), "tame", "X").paths == (("variables", "X"),)
