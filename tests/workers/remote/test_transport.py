from octotui.workers.remote.transport import CommandEnd


def test_a_command_that_has_ended_has_printed_nothing_unless_it_is_said() -> None:
    assert CommandEnd(0) == CommandEnd(0, b"", "")
