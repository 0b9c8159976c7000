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
