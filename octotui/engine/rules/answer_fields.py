"""Typed fields of answers to questions, which become output variables (I6)."""

from collections.abc import Collection, Mapping

from octotui.engine.rules.start_prompts import GivenValues, RequiredPrompt, is_choice, problems_with
from octotui.model.complaints import did_you_mean
from octotui.model.process import Manual


def fields_of(manual: Manual) -> tuple[RequiredPrompt, ...]:
    """Return the fields of a question, in declared order."""
    return tuple(RequiredPrompt(name, prompt) for name, prompt in manual.fields.items())


def fill_in(manual: Manual, values: Mapping[str, str], sensitive: Collection[str] = ()) -> GivenValues:
    """Return a value for every field: the given one or its default; sensitive ones are separate (V5).

    A caller may name further `sensitive` fields, except those with options.
    """
    by_name = {name.lower(): value for name, value in values.items()}
    marked = {name.lower() for name in sensitive}
    given = GivenValues({}, {})
    for name, prompt in manual.fields.items():
        value = by_name.get(name.lower(), prompt.otherwise)
        apart = prompt.kind == "sensitive" or (name.lower() in marked and not is_choice(prompt))
        hidden = apart and value
        into = given.secrets if hidden else given.variables
        into[name] = value.capitalize() if prompt.kind == "checkbox" else value
    return given


def problems_in(manual: Manual, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return sentences about unknown, missing and invalid values, each beginning with the field."""
    known = {name.lower() for name in manual.fields}
    unknown = tuple(
        f"there is no field {name}{did_you_mean(name, manual.fields).rstrip('.')}"
        for name in values
        if name.lower() not in known
    )
    return unknown + problems_with(fields_of(manual), fill_in(manual, values))
