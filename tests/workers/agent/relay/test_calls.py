import threading

import pytest

from octotui.workers.agent.relay.calls import WINDOW, Answer, CallError, RelayCall, Stopped
from tests.workers.agent.relay.calling import answered, call_of


def test_data_arrives_in_order_and_is_acknowledged() -> None:
    call, said = call_of({}, data=[b"one", b"two"])
    assert [call.receive(), call.receive(), call.receive()] == [b"one", b"two", b""]
    assert [header["took"] for header, _ in said.frames] == [3, 3]


def test_a_call_that_is_given_up_ends_after_what_came_before() -> None:
    call, _ = call_of({})
    assert call.receive() == b""
    call.take({"call": 1}, b"late")
    call.take({"call": 1, "stop": True}, b"")
    assert call.receive() == b"late"
    with pytest.raises(Stopped):
        call.receive()
    with pytest.raises(Stopped):
        call.wait(60)


def test_no_more_is_sent_than_the_other_end_takes() -> None:
    call, said = call_of({})
    call.send(bytes(WINDOW))
    more = threading.Thread(target=call.send, args=(b"x",))
    more.start()
    assert len(said.frames) == 1
    call.take({"call": 1, "took": WINDOW}, b"")
    more.join(10)
    assert said.parts[-1:] == b"x"


def _raise(problem: Exception) -> object:
    def work(call: RelayCall) -> Answer:
        raise problem

    return work


@pytest.mark.parametrize(
    ("problem", "kind", "why"),
    [
        (Stopped(), "stopped", "it was given up"),
        (CallError("changed", "a/b"), "changed", "a/b"),
        (FileNotFoundError(2, "No such file"), "missing", "No such file"),
        (OSError(28, "No space left on device"), "system", "No space left on device"),
        (ValueError("embedded null byte"), "system", "embedded null byte"),
        (ZeroDivisionError("x"), "strange", "ZeroDivisionError: x"),
    ],
)
def test_every_end_is_said(
    problem: Exception, kind: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = answered(_raise(problem), {})
    assert said.last == {"call": 1, "problem": kind, "why": why}
    assert ("Traceback" in capsys.readouterr().err) == (kind == "strange")


def test_an_answer_names_its_call() -> None:
    assert answered(lambda call: ({"size": 3}, b"body"), {}).frames == [
        ({"size": 3, "call": 1, "done": True}, b"body")
    ]
