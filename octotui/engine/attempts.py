"""What is told of a job's attempts: how far the present one has come, and how earlier ones failed."""

import msgspec


class Reached(msgspec.Struct, frozen=True, gc=False):
    """How far a job's script says it has come, from 0 to 100, and with what."""

    percentage: int
    message: str = ""


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """An attempt at a job that failed and was not the last."""

    reason: str
    exit_code: int | None
    started_at: float | None
    ended_at: float
