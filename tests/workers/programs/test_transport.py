"""M1: the way by a program, here one that runs the command in front of which it stands."""

from collections.abc import Sequence

import pytest

from octotui.workers.machine import Unreachable
from octotui.workers.programs.transport import ProgramTransport
from octotui.workers.remote.transport import CommandEnd


class ByEnv(ProgramTransport):
    """Commands of this machine, by `env`."""

    def __init__(self, program: str = "env") -> None:
        super().__init__()
        self._program = program

    def call(self) -> Sequence[str]:
        return (self._program,)

    async def end_of(self, code: int, errors: str) -> CommandEnd:
        if code < 0:
            raise Unreachable("it is gone")
        return CommandEnd(code, errors=errors)


async def test_m1_a_command_has_its_streams_and_its_end() -> None:
    way = ByEnv()
    end = await way.run("cat; echo bad >&2; exit 3", b"given", most=2)
    assert (end.code, end.output, end.errors) == (3, b"gi", "bad\n")
    with pytest.raises(Unreachable, match="it is gone"):
        await way.run("kill -9 $$")
    await way.close()


async def test_m1_more_input_than_a_command_reads_is_dropped() -> None:
    assert (await ByEnv().run("exit 4", b"x" * (1 << 20))).code == 4


async def test_m1_a_program_that_cannot_be_started_makes_it_unreachable() -> None:
    with pytest.raises(Unreachable, match="/none cannot be started: No such file or directory"):
        await ByEnv("/none").run("true")
