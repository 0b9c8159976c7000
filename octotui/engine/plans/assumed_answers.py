"""The answers that plans take for given: proceed to manual steps, fail to failed jobs, valid values."""

from collections.abc import Iterable, Iterator

from octotui.engine.commands import AnswerInterruption, TakeInterruption
from octotui.engine.rules.authorization import may_answer, people
from octotui.engine.rules.start_prompts import RequiredPrompt
from octotui.engine.state import Answer, Interruption, State, manual_of
from octotui.model.values import HIDDEN, Prompt


def assumed_answer(state: State, asked: Interruption) -> tuple[TakeInterruption, AnswerInterruption] | None:
    """Return the commands of one approval; None where nobody may answer (I6)."""
    user = next(_who_may_answer(state, asked), None)
    if user is None:
        return None
    answer: Answer = "proceed" if asked.kind == "manual" else "fail"
    fields = manual_of(state, asked).fields.items()
    values = {name: valid_value(name, prompt) for name, prompt in fields if prompt.needs_answer}
    return (
        TakeInterruption(interruption=asked.id, user=user),
        AnswerInterruption(interruption=asked.id, user=user, answer=answer, values=values),
    )


def assumed_values(asked: Iterable[RequiredPrompt]) -> dict[str, str]:
    """Return valid values for the prompts of a run that need one."""
    return {each.name: valid_value(each.name, each.prompt) for each in asked if each.prompt.needs_answer}


def valid_value(name: str, prompt: Prompt) -> str:
    """Return a valid value of a field."""
    if prompt.kind == "select":
        return prompt.options[0]
    return HIDDEN if prompt.kind == "sensitive" else name


def _who_may_answer(state: State, asked: Interruption) -> Iterator[str]:
    """Yield people who may answer: members of its teams, or else as many made-up people as needed."""
    yield from people(state, asked)
    made_up = ("somebody", *(f"somebody {number}" for number in range(2, len(asked.answers) + 4)))
    yield from (each for each in made_up if may_answer(state, asked, each) is None)
