"""Events of questions as the journal keeps them."""

import msgspec

from octotui.engine.events import AnyEvent, InterruptionAnswered


def test_an_older_answer_can_be_read() -> None:
    """R4: from before there were fields and expiry."""
    line = (
        b'{"type":"InterruptionAnswered","seq":1,"at":1.0,"run":"run-1","interruption":"question-1",'
        b'"user":"ann","answer":"proceed","notes":"so be it"}'
    )
    read = msgspec.json.decode(line, type=AnyEvent)
    assert isinstance(read, InterruptionAnswered)
    assert (read.user, read.values, read.secrets, read.expired) == ("ann", {}, (), False)
