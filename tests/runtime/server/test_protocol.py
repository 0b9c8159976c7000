"""What servers and clients say to each other."""

import msgspec
import pytest

from octotui.engine import commands
from octotui.runtime.server import protocol

MESSAGES = [
    protocol.Hello(version=1, since=7, model="/a/b.toml"),
    protocol.SendRequest(id=1, request=commands.CancelRun(run="run-1")),
    protocol.SendRequest(id=1, request=commands.CancelRun(run="run-1"), key="a-key-of-a-client"),
    protocol.FamilyRequest(id=2, root="run-12"),
    protocol.LogRequest(id=3, run="run-1", job="job-1.2", offset=9),
    protocol.StopRequest(id=4),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda each: type(each).__name__)
def test_a_message_is_one_line_and_comes_back(message: protocol.ToServer) -> None:
    said = protocol.line(message)
    assert said.count(b"\n") == 1
    assert said.endswith(b"\n")
    assert msgspec.json.decode(said, type=protocol.ToServer) == message


@pytest.mark.parametrize(
    "said",
    [
        b'{"type":"ReadLog","id":1,"run":"../../etc","job":"job-1.1","offset":0}',
        b'{"type":"ReadLog","id":1,"run":"run-1","job":"../shadow","offset":0}',
        b'{"type":"ReadLog","id":1,"run":"run-1\\n","job":"job-1.1","offset":0}',
        b'{"type":"ReadLog","id":1,"run":"run-1","job":"job-1.1","offset":-1}',
        b'{"type":"Send","id":1,"request":{"type":"Reopen"}}',
        b'{"type":"Send","id":1,"request":{"type":"RecordRefusal","user":"a","action":"b"}}',
    ],
)
def test_what_leads_outside_or_is_for_the_engine_alone_is_no_message(said: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(said, type=protocol.ToServer)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (b'{"type":"Hello","version":1}', protocol.Hello(version=1, since=None, follow=True, model=None)),
        (b'{"type":"Clock","id":0}', protocol.ClockRequest(id=0, confirmed=False, key=None)),
        (b'{"type":"Stop","id":0}', protocol.StopRequest(id=0, process=None)),
        (b'{"type":"History","id":0}', protocol.HistoryRequest(id=0, words=(), before=None, limit=100)),
        (
            b'{"type":"Welcome","version":1,"user":"ann","process":7}',
            protocol.Welcome(version=1, user="ann", process=7, trouble="", remembers=False),
        ),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_is_not_said_is_meant_as_before(
    said: bytes, meant: protocol.ToServer | protocol.ToClient
) -> None:
    """Earlier versions do not say all of it; who says nothing confirms nothing, and remembers nothing."""
    assert msgspec.json.decode(said, type=type(meant)) == meant
    assert protocol.VERSION == 1
