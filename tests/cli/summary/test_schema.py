"""Real Summaries are what their schema says, in every scene, as it is and when it has come to its end."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from octotui.cli.summary import summary
from octotui.cli.summary.schema import summary_schema
from octotui.engine.state import State
from tests import scenes
from tests.scenes import SCENES
from tests.world import World, model, on_targets, replay, rolling, script

MORE = ("several", "turns", "released")


def strict() -> dict[str, Any]:
    """The schema where nothing else may be in an object: a new name is one more line in it."""
    schema = summary_schema()
    for each in schema["$defs"].values():
        each["additionalProperties"] = False
    return schema


@pytest.fixture(scope="module")
def validator() -> jsonschema.protocols.Validator:
    schema = strict()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def summaries(state: State) -> Iterator[dict[str, Any]]:
    """Those of all families; JSON has lists where Python has tuples, and so has what is printed."""
    for root in sorted(state.families):
        yield summary(state, root)


@pytest.mark.parametrize("name", [*SCENES, *MORE])
def test_of_every_scene(name: str, validator: jsonschema.protocols.Validator) -> None:
    scene = SCENES[name]() if name in SCENES else getattr(scenes, name)()
    told = [*summaries(scene.state), *summaries(replay(scene.world.events))]
    assert told or name == "idle"
    for each in told:
        validator.validate(_listed(each))


@pytest.mark.parametrize("step", [on_targets("Deploy", "web"), rolling("Roll", ("web",), script("In it"))])
def test_of_targets(step: Any, validator: jsonschema.protocols.Validator) -> None:
    world = World(model({"a": [step]}))
    world.start("a")
    validator.validate(_listed(next(summaries(world.state))))
    world.run_out()
    validator.validate(_listed(next(summaries(replay(world.events)))))


def test_what_is_no_summary_is_refused(validator: jsonschema.protocols.Validator) -> None:
    told = _listed(next(summaries(SCENES["seed"]().state)))
    del told["runs"][0]["reason"]
    told["runs"][0]["state"] = "nonsense"
    told["runs"][0]["more"] = 1
    assert len(list(validator.iter_errors(told))) == 3


def _listed(value: Any) -> Any:
    import json

    return json.loads(json.dumps(value))
