"""Who may do what in a shared space: reading, starting and answering are separate rights."""

from typing import Literal, assert_never

from msgspec.structs import replace

from octotui.engine import commands
from octotui.model.complaints import Reason
from octotui.model.space import Model

Right = Literal["read", "start", "answer"]

_MAY: dict[Right, str] = {
    "read": "look at this space",
    "start": "start, cancel or move runs here",
    "answer": "answer questions here",
}


def right_for(request: commands.Request) -> Right:
    """The right that somebody needs who asks for this."""
    match request:
        case commands.StartRun() | commands.CreateRelease() | commands.MoveToTop() | commands.CancelRun():
            return "start"
        case (
            commands.TakeInterruption()
            | commands.ReleaseInterruption()
            | commands.HandOverInterruption()
            | commands.AnswerInterruption()
        ):
            return "answer"
        case _:
            assert_never(request)


def missing_right(model: Model, owner: str, user: str, right: Right) -> Reason | None:
    """Why a user may not, or None; the owner of the space may everything, and who may act may read."""
    enough: tuple[Right, ...] = ("read", "start", "answer") if right == "read" else (right,)
    if user == owner or any(_has(model, user, each) for each in enough):
        return None
    return f"{user} may not {_MAY[right]}: [access] of the model gives the right “{right}” to others only"


def _has(model: Model, user: str, right: Right) -> bool:
    """Whether a right is given to a user, or to a team of theirs; a team without members is anyone."""
    for who in getattr(model.access, right):
        team = model.teams.get(who)
        if user in ((who,) if team is None else team.members) or (team is not None and not team.members):
            return True
    return False


def with_actor(request: commands.Request, user: str, origin: str) -> commands.Request:
    """The same request as one of this user, whoever it says asks; raises Refused for what only we may say."""
    match request:
        case commands.StartRun() if request.schedule is not None or request.due is not None:
            raise commands.Refused("the clock alone starts what a schedule says: leave schedule and due out")
        case commands.StartRun() | commands.CreateRelease():
            return replace(request, requester=user, origin=origin)
        case commands.TakeInterruption() | commands.ReleaseInterruption():
            return replace(request, user=user, origin=origin, holder="", since="")
        case commands.HandOverInterruption() | commands.AnswerInterruption():
            return replace(request, user=user, origin=origin)
        case commands.MoveToTop() | commands.CancelRun():
            return replace(request, by=user, origin=origin)
        case _:
            assert_never(request)


def subject_of(request: commands.Request) -> str:
    """What a request is about: a process, a run or a question."""
    match request:
        case commands.StartRun() | commands.CreateRelease():
            return request.process
        case (
            commands.TakeInterruption()
            | commands.ReleaseInterruption()
            | commands.HandOverInterruption()
            | commands.AnswerInterruption()
        ):
            return request.interruption
        case commands.MoveToTop() | commands.CancelRun():
            return request.run
        case _:
            assert_never(request)
