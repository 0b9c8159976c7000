"""A question to people, as a State has it."""

import msgspec

from octotui.engine.terms import Answer, Question, Said


class Interruption(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A question to people: who may answer, who took it, what each has said."""

    id: str
    run: str
    job: str
    step: str
    instructions: str
    teams: tuple[str, ...]
    raised_at: float
    responsible: str | None = None
    answer: Answer | None = None
    notes: str = ""
    ended_at: float | None = None
    kind: Question = "manual"
    choices: tuple[Answer, ...] = ("proceed", "abort")
    said: tuple[Said, ...] = ()
    expired: bool = False
    untold: str = ""  # why nobody was told of it

    @property
    def open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.ended_at is None
