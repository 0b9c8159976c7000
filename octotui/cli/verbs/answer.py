"""`take`, `proceed`, `abort` and the other answers: questions answered from the command line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Unpack

import click

from octotui.cli.given_values import ValueOptions, value_options, values_of
from octotui.cli.requests import send_requests, verb_options
from octotui.cli.shell_completion import questions
from octotui.cli.spaces.space_argument import space_argument, space_of
from octotui.engine.commands import (
    AnswerInterruption,
    HandOverInterruption,
    Refused,
    ReleaseInterruption,
    Request,
    TakeInterruption,
)
from octotui.engine.state import Answer, Interruption, State
from octotui.views.labels import listed


def question_of(state: State, argument: str) -> Interruption:
    """Return the open question of that id, or the only one of a run of that id; raises Refused."""
    asking = [state.interruptions[name] for _, name in state.asking]
    matches = [each for each in asking if argument in (each.id, each.run)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise Refused(
            f"{argument} has {len(matches)} open questions:"
            f" say {listed((each.id for each in matches), last='or')}"
        )
    if argument in state.interruptions:
        return state.interruptions[argument]
    waiting = listed((f"{each.id} of {each.run}" for each in asking), most=6)
    raise Refused(f"there is no question {argument}; open: {waiting or 'none'}")


@click.command("take")
@space_argument
@click.argument("question", shell_complete=questions)
@verb_options
def take(space: str, question: str, as_json: bool, state: Path | None) -> None:
    """Take responsibility for QUESTION: its id, or that of the run that asks it.

    The owner of the space takes it also from somebody who cannot answer any more: whose account is gone, or
    who has no right to.
    """

    def wishes(present: State, user: str) -> Iterator[Request]:
        yield TakeInterruption(interruption=question_of(present, question).id, user=user)

    send_requests(space_of(space, state), wishes, as_json=as_json)


@click.command("give-back")
@space_argument
@click.argument("question", shell_complete=questions)
@verb_options
def give_back(space: str, question: str, as_json: bool, state: Path | None) -> None:
    """Let others take QUESTION, which you have taken.

    The owner of the space gives back also what was taken by somebody who cannot answer any more: whose
    account is gone, or who has no right to.
    """

    def wishes(present: State, user: str) -> Iterator[Request]:
        yield ReleaseInterruption(interruption=question_of(present, question).id, user=user)

    send_requests(space_of(space, state), wishes, as_json=as_json)


@click.command("hand-over")
@space_argument
@click.argument("question", shell_complete=questions)
@click.argument("account")
@verb_options
def hand_over(space: str, question: str, account: str, as_json: bool, state: Path | None) -> None:
    """Make ACCOUNT responsible for QUESTION, which you have taken."""

    def wishes(present: State, user: str) -> Iterator[Request]:
        yield HandOverInterruption(interruption=question_of(present, question).id, user=user, to=account)

    send_requests(space_of(space, state), wishes, as_json=as_json)


def _answer(answer: Answer, sentence: str) -> click.Command:
    @click.command(
        answer, help=f"{sentence} QUESTION is its id, or the id of its run; it is taken first for you."
    )
    @space_argument
    @click.argument("question", shell_complete=questions)
    @click.option("--notes", metavar="TEXT", default="", help="Notes that are kept with the answer.")
    @value_options("The value of a field")
    @verb_options
    def command(
        space: str,
        question: str,
        notes: str,
        as_json: bool,
        state: Path | None,
        **options: Unpack[ValueOptions],
    ) -> None:
        values = values_of(options)

        def wishes(present: State, user: str) -> Iterator[Request]:
            asked = question_of(present, question)
            if asked.open and asked.responsible is None:
                yield TakeInterruption(interruption=asked.id, user=user)
            yield AnswerInterruption(
                interruption=asked.id, user=user, answer=answer, notes=notes, values=values
            )

        send_requests(space_of(space, state), wishes, as_json=as_json, together=True)

    return command


proceed = _answer("proceed", "Let a run continue after a manual step.")
abort = _answer("abort", "Let a manual step fail.")
retry = _answer("retry", "Try a failed step again.")
ignore = _answer("ignore", "Continue as if a failed step had succeeded.")
fail = _answer("fail", "Let a failed step fail its run.")
exclude = _answer("exclude", "Continue without the target on which a step failed.")
