"""Operations on questions: take, answer, release, hand over, expire (I2, I5, I6)."""

from octotui.engine import commands, events
from octotui.engine.commands import Refused
from octotui.engine.decide.transaction import Transaction
from octotui.engine.rules.answer_fields import fill_in, problems_in
from octotui.engine.rules.authorization import may_answer
from octotui.engine.rules.start_prompts import GivenValues
from octotui.engine.state import Interruption, State, manual_of


def take(turn: Transaction, command: commands.TakeInterruption) -> None:
    """Make a user responsible for a question; idempotent (I5). Raises Refused."""
    question = _known(turn.state, command.interruption)
    if question.responsible == command.user:
        return
    _check_open(question)
    if question.responsible is not None and not _takes_over(question, command):
        raise Refused(f"{question.responsible} has taken “{question.step}”")
    if (refusal := may_answer(turn.state, question, command.user)) is not None:
        raise Refused(refusal)
    if question.responsible is not None:
        _release(turn, question, command)
    turn.emit(
        events.InterruptionTaken(
            run=question.run, interruption=question.id, user=command.user, origin=command.origin
        )
    )


def answer(turn: Transaction, command: commands.AnswerInterruption) -> None:
    """Accept an answer of the responsible user; idempotent (I5). Raises Refused."""
    question = _known(turn.state, command.interruption)
    if _is_repeat(turn.state, question, command):
        return
    _check_open(question)
    _check_responsible(question, command.user, "answer")
    if command.answer not in question.choices:
        *others, last = question.choices
        choices = f"{', '.join(others)} or {last}" if others else last
        raise Refused(f"“{question.step}” can't be answered with {command.answer}: say {choices}")
    given = _filled_in(turn.state, question, command)
    turn.emit(
        events.InterruptionAnswered(
            run=question.run,
            interruption=question.id,
            user=command.user,
            answer=command.answer,
            notes=command.notes,
            values=given.variables,
            secrets=tuple(given.secrets),
            origin=command.origin,
        )
    )


def release(turn: Transaction, command: commands.ReleaseInterruption) -> None:
    """Release a question, so that others can take it. Raises Refused."""
    question = _known(turn.state, command.interruption)
    _check_open(question)
    if not _takes_over(question, command):
        _check_responsible(question, command.user, "release it")
    _release(turn, question, command)


def _takes_over(
    question: Interruption, command: commands.TakeInterruption | commands.ReleaseInterruption
) -> bool:
    """Return whether the command takes over from a holder who cannot answer any more."""
    return question.responsible is not None and question.responsible == command.holder != command.user


def _release(
    turn: Transaction,
    question: Interruption,
    command: commands.TakeInterruption | commands.ReleaseInterruption,
) -> None:
    taken_from = _takes_over(question, command)
    turn.emit(
        events.InterruptionReleased(
            run=question.run,
            interruption=question.id,
            user=command.user,
            origin=command.origin,
            holder=command.holder if taken_from else "",
            reason=command.since if taken_from else "",
        )
    )


def hand_over(turn: Transaction, command: commands.HandOverInterruption) -> None:
    """Transfer responsibility to a user who may take the question. Raises Refused."""
    question = _known(turn.state, command.interruption)
    _check_open(question)
    _check_responsible(question, command.user, "hand it over")
    if not command.to.strip():
        raise Refused(f"name the account that “{question.step}” is handed over to")
    if command.to == command.user:
        return
    if (refusal := may_answer(turn.state, question, command.to)) is not None:
        raise Refused(refusal)
    turn.emit(
        events.InterruptionHandedOver(
            run=question.run,
            interruption=question.id,
            user=command.user,
            to=command.to,
            origin=command.origin,
        )
    )


def expire(turn: Transaction, question: Interruption) -> None:
    """Answer an expired question by its `on_expiry` (I6)."""
    manual = manual_of(turn.state, question)
    values = question.answers[-1].values if question.answers else {}
    proceeds = manual.on_expiry == "proceed"
    turn.emit(
        events.InterruptionAnswered(
            run=question.run,
            interruption=question.id,
            user="",
            answer=manual.on_expiry,
            values=fill_in(manual, values).variables if proceeds else {},
            expired=True,
        )
    )


def answered(step: str, user: str, given: str) -> str:
    """Return a sentence about a question that was answered, or has expired (`user` is empty)."""
    who = f"{user} said {given}" if user else f"it expired, which counts as {given}"
    return f"“{step}” was answered already: {who}"


def _known(state: State, name: str) -> Interruption:
    question = state.interruptions.get(name)
    if question is None:
        raise Refused(f"there is no open question {name}: it was answered, or its run has ended")
    return question


def _check_open(question: Interruption) -> None:
    if question.answer is not None:
        user = "" if question.expired else question.responsible or ""
        raise Refused(answered(question.step, user, question.answer))
    if not question.open:
        raise Refused(
            f"“{question.step}” needs no answer any more: {question.run} has ended or is being ended"
        )


def _check_responsible(question: Interruption, user: str, what: str) -> None:
    if question.responsible is None:
        raise Refused(f"nobody is responsible for “{question.step}” yet: take it first")
    if question.responsible != user:
        raise Refused(f"{question.responsible} has taken “{question.step}”, and only they may {what}")


def _is_repeat(state: State, question: Interruption, command: commands.AnswerInterruption) -> bool:
    """Return whether the answer repeats the user's own. Raises Refused for a different one."""
    earlier = next((each for each in question.answers if each.user == command.user), None)
    if earlier is None:
        return False
    values = fill_in(manual_of(state, question), command.values, command.sensitive).variables
    same_values = not command.values or command.answer == "abort" or values == earlier.values
    if (command.answer, same_values) == (earlier.answer, True) and command.notes in ("", earlier.notes):
        return True
    raise Refused(answered(question.step, earlier.user, earlier.answer))


def _filled_in(state: State, question: Interruption, command: commands.AnswerInterruption) -> GivenValues:
    """Return the values of the fields, if the answer is proceed. Raises Refused with all problems."""
    if command.answer != "proceed":
        return GivenValues({}, {})
    manual = manual_of(state, question)
    if problems := problems_in(manual, command.values):
        raise Refused("; ".join(problems))
    return fill_in(manual, command.values, command.sensitive)
