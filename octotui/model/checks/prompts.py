"""Prompts: unanswerable ones, and invalid defaults and answers (V6)."""

from octotui.model.complaints import Reason, Report, did_you_mean, listing
from octotui.model.iteration import variables
from octotui.model.space import Model
from octotui.model.values import Prompt

CHECKED = ("True", "False")
"""The values of a checkbox, ticked and not."""


def check_prompts(model: Model, report: Report) -> None:
    """Report options and defaults that do not fit the kind of a prompt."""
    for at, values in variables(model):
        for index, value in enumerate(values):
            if value.prompt is not None:
                for key, sentence in prompt_problems(value.prompt):
                    report((*at, index, "prompt", key), sentence)


def answer_problem(prompt: Prompt, answer: str) -> Reason | None:
    """Return why a text is no valid answer to a prompt, as the end of a sentence, or None."""
    if prompt.kind == "select" and answer not in prompt.options and (answer or prompt.required):
        return f"must be one of {listing(list(prompt.options))}"
    if prompt.kind == "checkbox" and answer.capitalize() not in CHECKED:
        return f"must be {' or '.join(CHECKED)}"
    if prompt.required and not answer.strip():
        return "needs a value"
    return None


def prompt_problems(prompt: Prompt) -> list[tuple[str, str]]:
    """Return the problems of a prompt: pairs of a key and a sentence."""
    problems = []
    if prompt.kind == "select" and not prompt.options:
        problems.append(("options", 'A select offers options; name some in options = ["…"].'))
    if prompt.kind != "select" and prompt.options:
        problems.append(("options", 'Only a select offers options; add kind = "select" or remove them.'))
    if prompt.default is None:
        return problems
    if prompt.kind == "sensitive":
        problems.append(("default", "A sensitive value has no default in a file; remove it."))
    elif prompt.kind == "select" and prompt.default not in prompt.options:
        meant = did_you_mean(prompt.default, prompt.options)
        problems.append(("default", f'There is no option "{prompt.default}"{meant}'))
    elif prompt.kind == "checkbox" and prompt.default.capitalize() not in CHECKED:
        problems.append(("default", "A checkbox is true or false."))
    return problems
