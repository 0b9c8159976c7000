from pathlib import Path

from octotui.model.iteration import (
    has_sensitive_values,
    processes,
    remembered,
    seen_by,
    steps,
    tables_of_variables,
    values_seen_by,
    variables,
)
from octotui.model.process import Runbook
from octotui.model.space import Model, Project, Prompt, Space, Value
from octotui.model.toml.read import load
from tests.model.texts import sample


def test_projects_stand_beside_runbooks(tmp_path: Path) -> None:
    model = load(sample(tmp_path))
    found = dict(processes(model))
    assert found["projects", "shop"] is model.projects["shop"].deployment
    assert found["runbooks", "unleash"] is model.runbooks["unleash"]
    assert (("projects", "shop", "steps", 0), model.projects["shop"].deployment.steps[0]) in list(
        steps(model)
    )


def test_variables_stand_in_three_kinds_of_tables(tmp_path: Path) -> None:
    model = load(sample(tmp_path))
    found = dict(tables_of_variables(model))
    places = [("variables",), ("projects", "shop", "variables"), ("variable_sets", "mail")]
    assert list(found) == places
    assert ("variable_sets", "mail", "Sender") in dict(variables(model))


def test_v4_a_process_sees_its_project_first_and_the_space_last(tmp_path: Path) -> None:
    model = load(sample(tmp_path))
    shop = model.projects["shop"]
    every = (shop.variables, model.variable_sets["mail"], model.variables)
    assert seen_by(model, "shop") == seen_by(model, "restart-shop") == every
    assert seen_by(model, "unleash") == (model.variables,)


def test_v4_values_of_one_name_stand_together_in_any_case() -> None:
    model = Model(
        space=Space("S", "s"),
        variables={"Colour": (Value(value="space"),), "Only": (Value(value="here"),)},
        variable_sets={"one": {"COLOUR": (Value(value="set"),)}},
        projects={
            "shop": Project(
                deployment=Runbook(name="Shop"),
                variable_sets=("one",),
                variables={"colour": (Value(value="project"),)},
            )
        },
    )
    seen = values_seen_by(model, "shop")
    assert [value.value for value in seen["colour"]] == ["project", "set", "space"]
    assert list(seen) == ["colour", "Only"]
    assert values_seen_by(model, "another") is model.variables


def test_what_is_remembered_of_the_last_model_is_no_other_models() -> None:
    """Equal models are two, since only the same one is sure to be equal."""
    asked: list[Model] = []

    @remembered
    def name(model: Model) -> str:
        """Return its name."""
        asked.append(model)
        return model.space.name

    one, other = Model(space=Space("One", "one")), Model(space=Space("Other", "other"))
    assert [name(each) for each in (one, one, other, other, one)] == ["One", "One", "Other", "Other", "One"]
    assert asked == [one, other, one]
    assert (name.__doc__, name.__name__) == ("Return its name.", "name")


def test_v5_a_prompt_for_a_sensitive_value_is_sensitive_too() -> None:
    def declaring(value: Value) -> Model:
        return Model(space=Space("A", "a"), variable_sets={"mail": {"Key": (Value(value="plain"), value)}})

    assert not has_sensitive_values(declaring(Value(value="x")))
    assert not has_sensitive_values(declaring(Value(kind="prompt", prompt=Prompt(label="Key"))))
    assert has_sensitive_values(declaring(Value(kind="sensitive")))
    assert has_sensitive_values(declaring(Value(kind="prompt", prompt=Prompt(label="Key", kind="sensitive"))))
