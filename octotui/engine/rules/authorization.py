"""Authorization in a shared space: the rights to read, start and answer."""

from typing import Literal, assert_never

from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.state import Interruption, State, manual_of
from octotui.model.complaints import Reason
from octotui.model.space import Model

Right = Literal["read", "start", "answer"]

_MAY: dict[Right, str] = {
    "read": "look at this space",
    "start": "start, cancel or move runs here, or check machines",
    "answer": "answer questions here",
}


def right_for(request: commands.Request) -> Right:
    """Return the right that a request requires."""
    match request:
        case (
            commands.StartRun()
            | commands.CreateRelease()
            | commands.MoveToTop()
            | commands.CancelRun()
            | commands.CheckHealth()
            | commands.DestroyMachine()
            | commands.AdoptMachine()
            | commands.GivePassphrase()
            | commands.RecordCommand()
        ):
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
    """Return the reason for a refusal, or None. The owner has all rights; start and answer imply read."""
    enough: tuple[Right, ...] = ("read", "start", "answer") if right == "read" else (right,)
    if user == owner or any(_has(model, user, each) for each in enough):
        return None
    return f"{user} may not {_MAY[right]}: [access] of the model gives the right “{right}” to others only"


def _has(model: Model, user: str, right: Right) -> bool:
    """Return whether a user has a right, directly or by a team; a team without members is anyone."""
    for who in getattr(model.access, right):
        team = model.teams.get(who)
        if user in ((who,) if team is None else team.members) or (team is not None and not team.members):
            return True
    return False


def with_actor(request: commands.Request, user: str, origin: str) -> commands.Request:
    """Set the authenticated user and the origin of a request. Raises Refused for reserved fields."""
    match request:
        case commands.StartRun() if request.schedule is not None or request.due is not None:
            raise commands.Refused("the clock alone starts what a schedule says: leave schedule and due out")
        case commands.StartRun() | commands.CreateRelease():
            return replace(request, requester=user, origin=origin)
        case commands.TakeInterruption() | commands.ReleaseInterruption():
            return replace(request, user=user, origin=origin, holder="", since="")
        case commands.HandOverInterruption() | commands.AnswerInterruption():
            return replace(request, user=user, origin=origin)
        case (commands.MoveToTop() | commands.CancelRun() | commands.CheckHealth()) | (
            (commands.DestroyMachine() | commands.AdoptMachine())
            | (commands.GivePassphrase() | commands.RecordCommand())
        ):
            return replace(request, by=user, origin=origin)
        case _:
            assert_never(request)


def subject_of(request: commands.Request) -> str:
    """Return the subject of a request: a process, run or question."""
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
            return _machine_of(request)


def _machine_of(request: commands.AboutMachine) -> str:
    """Return the machine, or what belongs to one, that a request is about."""
    match request:
        case commands.DestroyMachine():
            return request.lease
        case commands.AdoptMachine():
            return f"{request.machine} for {request.pool}"
        case commands.CheckHealth():
            return ", ".join(request.machines) or "all machines"
        case commands.GivePassphrase():
            return request.key
        case commands.RecordCommand():
            return request.machine
        case _:
            assert_never(request)


def may_answer(state: State, question: Interruption, user: str) -> Reason | None:
    """Return why a user may not take a question, or None; a team without members is anyone (I2, I6)."""
    teams = {slug: state.model.teams.get(slug) for slug in question.teams}
    if teams and not any(team and (not team.members or user in team.members) for team in teams.values()):
        names = " or ".join(team.name if team else slug for slug, team in teams.items())
        return f"only {names} may answer “{question.step}”, and {user} is not a member"
    if any(each.user == user for each in question.answers):
        return f"{user} has answered “{question.step}” already, and another person must answer, too"
    run = state.runs[question.run]
    if manual_of(state, question).not_requester and user in (
        run.request.requester,
        state.runs[run.root].request.requester,
    ):
        return f"{user} started {run.root}, and another person must answer “{question.step}”"
    return None


def people(state: State, question: Interruption) -> tuple[str, ...]:
    """Return the members of its teams who may take a question, in declared order."""
    teams = (state.model.teams.get(slug) for slug in question.teams)
    members = dict.fromkeys(member for team in teams if team for member in team.members)
    return tuple(each for each in members if may_answer(state, question, each) is None)
