"""Manual steps: unanswerable questions, and contradictory fields (I6)."""

from collections.abc import Iterator

from octotui.model.checks.prompts import prompt_problems
from octotui.model.complaints import Keys, Report
from octotui.model.iteration import steps
from octotui.model.process import Manual
from octotui.model.space import Model

Found = Iterator[tuple[Keys, str]]


def check_questions(model: Model, report: Report) -> None:
    """Report manual steps that cannot be answered as declared."""
    for at, step in steps(model):
        if (asked := step.question) is not None:
            for problems in (_of_people(model, asked), _of_fields(asked), _of_expiry(asked)):
                for key, sentence in problems:
                    report((*at, "manual", *key), sentence)


def _of_people(model: Model, manual: Manual) -> Found:
    """Yield a complaint about more approvals than people who may approve."""
    teams = [model.teams[slug] for slug in manual.teams if slug in model.teams]
    people = {member for team in teams for member in team.members}
    if teams and all(team.members for team in teams) and len(people) < manual.approvals:
        names = ", ".join(sorted(people))
        yield ("approvals",), f"Its teams have fewer members than that ({names}); ask for fewer, or add some."


def _of_expiry(manual: Manual) -> Found:
    if manual.expires == 0:
        yield ("expires",), "Nobody could answer in no time; say how long, or remove it."
    if manual.expires is not None and manual.on_expiry == "proceed":
        for name, prompt in manual.fields.items():
            if prompt.needs_answer:
                sentence = (
                    "Nobody fills it in when the question expires; give it a default, or required = false."
                )
                yield ("fields", name), sentence


def _of_fields(manual: Manual) -> Found:
    seen: dict[str, str] = {}
    for name, prompt in manual.fields.items():
        first = seen.setdefault(name.lower(), name)
        if first != name:
            yield ("fields", name), f'It differs from "{first}" in case alone; rename one of them.'
        if name.lower().split(".")[0] == "manual":
            yield ("fields", name), '"Manual" holds what octotui says of the answer; call it otherwise.'
        for key, sentence in prompt_problems(prompt):
            yield ("fields", name, key), sentence
