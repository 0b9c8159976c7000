"""Repeated answers to questions whose runs have left the State, checked against the journal (I5)."""

import asyncio
from collections.abc import Sequence

from octotui.engine import events
from octotui.engine.commands import AboutQuestion, AnswerInterruption, Refused, TakeInterruption
from octotui.engine.decide.questions import answered
from octotui.engine.events import AnyEvent
from octotui.engine.state import State
from octotui.model.complaints import Reason
from octotui.store.journal.in_memory import AnyJournal

LONGEST = 16  # digits of a question's number; Python refuses thousands of them


def has_left(state: State, question: str) -> bool:
    """Return whether a question existed that is no longer in the State."""
    number = question.removeprefix("question-")
    a_number = len(number) < LONGEST and number.isdecimal() and number.isascii()
    there_was = a_number and 0 < int(number) < state.next_interruption
    return there_was and question not in state.interruptions


async def check_repeated(journal: AnyJournal, command: AboutQuestion) -> None:
    """Accept an idempotent repeat by the same person; otherwise raise Refused."""
    newest_first = await asyncio.to_thread(journal.question, command.interruption)
    refusal = _refusal(newest_first[::-1], command)
    if refusal is not None:
        raise Refused(refusal)


def _refusal(history: Sequence[AnyEvent], command: AboutQuestion) -> Reason | None:
    answers = [event for event in history if isinstance(event, events.InterruptionAnswered)]
    own = next((event for event in answers if event.user == command.user), None)
    if isinstance(command, TakeInterruption) and _responsible(history) == command.user:
        return None
    if isinstance(command, AnswerInterruption) and own is not None and _same(own, command):
        return None
    if answers:
        answer = own or answers[-1]
        return answered(f"{command.interruption} of {answer.run}", answer.user, answer.answer)
    return f"{command.interruption} needs no answer any more: its run has ended"


def _responsible(history: Sequence[AnyEvent]) -> str | None:
    """Return who had taken the question last."""
    user = None
    for event in history:
        match event:
            case events.InterruptionTaken(user=taker) | events.InterruptionHandedOver(to=taker):
                user = taker
            case events.InterruptionReleased():
                user = None
    return user


def _same(own: events.InterruptionAnswered, command: AnswerInterruption) -> bool:
    """Return whether an answer repeats an earlier one; sensitive values are stored nowhere (V5)."""
    before = {name.lower(): value for name, value in own.values.items()}
    values = {name.lower(): value for name, value in command.values.items()}
    seen = all(before[name].lower() == value.lower() for name, value in values.items() if name in before)
    return command.answer == own.answer and command.notes in ("", own.notes) and seen
