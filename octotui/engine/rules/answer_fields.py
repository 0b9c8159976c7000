"""What people fill in when they answer a question: typed fields, which become output variables (I6)."""

from collections.abc import Collection, Mapping

from octotui.engine.rules.start_prompts import GivenValues, RequiredPrompt, is_choice, problems_with
from octotui.model.complaints import did_you_mean
from octotui.model.process import Manual


def fields_of(manual: Manual) -> tuple[RequiredPrompt, ...]:
    """What is to be filled in, in declared order."""
    return tuple(RequiredPrompt(name, prompt) for name, prompt in manual.fields.items())


def fill_in(manual: Manual, values: Mapping[str, str], sensitive: Collection[str] = ()) -> GivenValues:
    """A value for every field: what was said, or its default; those that nobody may see apart (V5).

    So are those of `sensitive` names, of which a caller says so, unless the model offers them as a choice.
    """
    by_name = {name.lower(): value for name, value in values.items()}
    said = {name.lower() for name in sensitive}
    given = GivenValues({}, {})
    for name, prompt in manual.fields.items():
        value = by_name.get(name.lower(), prompt.otherwise)
        apart = prompt.kind == "sensitive" or (name.lower() in said and not is_choice(prompt))
        hidden = apart and value
        into = given.secrets if hidden else given.variables
        into[name] = value.capitalize() if prompt.kind == "checkbox" else value
    return given


def problems_in(manual: Manual, values: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with the values of an answer, or missing, in sentences that begin with the field."""
    known = {name.lower() for name in manual.fields}
    unknown = tuple(
        f"there is no field {name}{did_you_mean(name, manual.fields).rstrip('.')}"
        for name in values
        if name.lower() not in known
    )
    return unknown + problems_with(fields_of(manual), fill_in(manual, values))
