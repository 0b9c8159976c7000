"""One action on several runs: what is sent for each, and why it would not work."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from octotui.engine.advance import advance
from octotui.engine.commands import (
    AnswerInterruption,
    CancelRun,
    Refused,
    Request,
    TakeInterruption,
)
from octotui.engine.decide.start_run import again
from octotui.engine.state import Run, State
from octotui.views.labels import counted, listed
from octotui.views.questions import QuestionRow, row, standing
from octotui.views.runs import EndedRun, where

NONE: Mapping[str, str] = {}
NOTHING_ENDED: Mapping[str, EndedRun] = {}
BulkAction = Literal["cancel", "again", "take", "proceed", "abort"]


class BulkItem(msgspec.Struct, frozen=True, kw_only=True):
    """A run, or a question of it, with what is sent in this order; `refusal` says why nothing is.

    `note` is what else there is to know of it. Without a `question` it is about the run itself.
    """

    run: str
    question: str = ""
    about: str
    commands: tuple[Request, ...] = ()
    refusal: str = ""
    note: str = ""


def plan(
    action: BulkAction,
    runs: Sequence[str],
    state: State,
    families: Mapping[str, State],
    user: str,
    now: float,
    refusals: Mapping[str, str] = NONE,
    ended: Mapping[str, EndedRun] = NOTHING_ENDED,
) -> tuple[BulkItem, ...]:
    """Plan an action for each run, tried in order on the State that the actions before it lead to.

    `families` are the States in which ended runs can be looked at, by run; `refusals` are the reasons that
    are known without the engine; `ended` are the records of runs that have left the State.
    """
    items = [
        item for run in runs for item in _items(action, run, state, families.get(run, state), user, ended)
    ]
    items = [replace(each, refusal=each.refusal or refusals.get(each.run, "")) for each in items]
    return tuple(_judged(items, state, now))


def plan_questions(
    action: BulkAction, questions: Sequence[QuestionRow], state: State, user: str, now: float
) -> tuple[BulkItem, ...]:
    """Plan an action for each of these questions, as `plan` does for what runs ask."""
    abouts = (" · ".join(filter(None, (each.name, each.where))) for each in questions)
    items = [_item(action, each, about, user) for each, about in zip(questions, abouts, strict=True)]
    return tuple(_judged(items, state, now))


def noted(item: BulkItem, notes: str) -> BulkItem:
    """Add notes to the answer of an item."""
    commands = (
        replace(each, notes=notes) if isinstance(each, AnswerInterruption) else each for each in item.commands
    )
    return replace(item, commands=tuple(commands))


def working(items: Iterable[BulkItem]) -> tuple[BulkItem, ...]:
    """Return the items for which commands are sent."""
    return tuple(each for each in items if not each.refusal)


def impossible(items: Sequence[BulkItem]) -> str:
    """Return why nothing can be done: `run-7 has ended`, `each of the 3 runs has ended`."""
    runs = {each.run for each in items}
    if len(runs) == 1:
        return items[0].refusal
    reasons = {each.refusal.removeprefix(f"{each.run} ") for each in items}
    if len(reasons) > 1:
        return "each has a reason of its own, said below"
    (reason,) = reasons
    is_of_runs = all(each.refusal == f"{each.run} {reason}" for each in items)
    return f"each of the {counted(len(runs), 'run')} {reason}" if is_of_runs else reason


def _items(
    action: BulkAction, name: str, state: State, family: State, user: str, ended: Mapping[str, EndedRun]
) -> Iterator[BulkItem]:
    run = state.runs.get(name) or family.runs.get(name)
    if run is None:
        yield _left(name, state, ended.get(name))
        return
    about = " · ".join(filter(None, (run.title, _place(state, run))))
    match action:
        case "cancel":
            yield BulkItem(run=name, about=about, commands=(CancelRun(run=name, by=user),))
        case "again":
            yield _again(state, run, about, user)
        case _:
            yield from _answers(action, state, run, about, user)


def _left(name: str, state: State, record: EndedRun | None) -> BulkItem:
    """Refuse an action on a run that has left the State: it has ended, or retention removed it."""
    if record is None:
        return BulkItem(run=name, about="", refusal=f"{name} is not known any more")
    place = where(state.model, record.environment, record.tenant)
    about = " · ".join(filter(None, (record.name, place)))
    return BulkItem(run=name, about=about, refusal=f"{name} has ended")


def _place(state: State, run: Run) -> str:
    return where(state.model, run.request.environment, run.request.tenant)


def _again(state: State, run: Run, about: str, user: str) -> BulkItem:
    """Start a run once more, with the values it had."""
    rerun = again(state, run, user)
    notes = [f"without {listed(rerun.dropped)}, not asked for any more"] if rerun.dropped else []
    notes += [f"without {listed(rerun.unkept)}, sensitive and not kept"] if rerun.unkept else []
    return BulkItem(run=run.id, about=about, commands=(rerun.command,), note="; ".join(notes))


def _answers(action: BulkAction, state: State, run: Run, about: str, user: str) -> Iterator[BulkItem]:
    """Take or answer each open question of a run; one that nobody has taken is taken before."""
    asked = (row(state, name, user, state.at) for name in run.progress.interruptions)
    questions = [each for each in asked if each is not None]
    if not questions:
        yield BulkItem(run=run.id, about=about, refusal=f"{run.id} asks nothing{_who_asks(state, run)}")
    for each in questions:
        yield _item(action, each, about, user)


def _item(action: BulkAction, question: QuestionRow, about: str, user: str) -> BulkItem:
    """Take or answer a question."""
    return BulkItem(
        run=question.run,
        question=question.id,
        about=f"{about}: {question.title}",
        commands=tuple(_answer(action, question, user)),
        refusal=standing(question) if action == "take" and question.mine else "",
        note=_values(question) if action == "proceed" else "",
    )


def _answer(action: BulkAction, question: QuestionRow, user: str) -> Iterator[Request]:
    if not question.mine:
        yield TakeInterruption(interruption=question.id, user=user)
    if action in ("proceed", "abort"):
        values = question.offered if action == "proceed" else {}
        yield AnswerInterruption(interruption=question.id, user=user, answer=action, values=values)


def _values(question: QuestionRow) -> str:
    """That fields are answered with what they offer."""
    return f"{listed(each.label for each in question.fields)} as offered" if question.fields else ""


def _who_asks(state: State, run: Run) -> str:
    """Name the runs of the same family that ask instead."""
    others = [
        question.run
        for _, name in state.asking
        if state.runs[(question := state.interruptions[name]).run].root == run.root
    ]
    return f"; {listed(others)} of its family asks" if others else ""


def _judged(items: Iterable[BulkItem], state: State, now: float) -> Iterator[BulkItem]:
    """Yield each item with the engine's refusal, if any, after those before it."""
    before, at = state, max(now, state.at)
    for item in items:
        after, refusal = (state, item.refusal) if item.refusal else _tried(state, item, at)
        if refusal and not item.refusal and state is not before and not _tried(before, item, at)[1]:
            refusal = f"by then {refusal}"
        state = after
        yield replace(item, refusal=refusal)


def _tried(state: State, item: BulkItem, at: float) -> tuple[State, str]:
    """Return the State after an item's commands; where one is refused, the State before, and the reason."""
    after = state
    try:
        for each in item.commands:
            after, _ = advance(after, each, at)
    except Refused as refused:
        return state, str(refused)
    return after, ""
