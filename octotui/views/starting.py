"""What is asked before a run starts: the runbook, then environment and tenant where there are any."""

import msgspec

from octotui.model.space import Model
from octotui.views.words import counted


class Choice(msgspec.Struct, frozen=True):
    """One thing to choose; the key is its slug, and empty means none."""

    key: str
    text: str
    note: str = ""


class Question(msgspec.Struct, frozen=True):
    """What is asked now, and what there is to choose."""

    title: str
    choices: tuple[Choice, ...]


def is_asked(model: Model, place: int) -> bool:
    """Whether the question at this place (runbook, environment, tenant) has more than one answer."""
    return place == 0 or bool((model.environments, model.tenants)[place - 1])


def next_place(model: Model, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The answers so far, with none for each question that has no other answer."""
    while 1 <= len(chosen) <= 2 and not is_asked(model, len(chosen)):
        chosen = (*chosen, "")
    return chosen


def ask(model: Model, chosen: tuple[str, ...]) -> Question | None:
    """The next question after these answers, or None when all are given."""
    if not chosen:
        return Question("Start which runbook?", _runbooks(model))
    title = f"Start {model.runbooks[chosen[0]].name}"
    if len(chosen) == 1:
        named = {slug: each.name for slug, each in model.environments.items()}
        return Question(f"{title} in which environment?", _named(named, "no environment"))
    if chosen[1]:
        title += f" in {model.environments[chosen[1]].name}"
    if len(chosen) == 2:
        named = {slug: each.name for slug, each in model.tenants.items()}
        return Question(f"{title} for which tenant?", _named(named, "no tenant"))
    return None


def _runbooks(model: Model) -> tuple[Choice, ...]:
    return tuple(
        Choice(slug, each.name, each.description or counted(len(each.steps), "step"))
        for slug, each in model.runbooks.items()
    )


def _named(names: dict[str, str], nothing: str) -> tuple[Choice, ...]:
    return (Choice("", nothing), *(Choice(slug, name) for slug, name in names.items()))
