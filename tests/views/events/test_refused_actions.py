"""Every request that may be refused has its words."""

from typing import get_args

from octotui.engine.commands import Request
from octotui.runtime.server.protocol import ClientRequest, Hello, SendRequest
from octotui.views.events.refused_actions import SENTENCES, refused_action


def test_i8_every_request_that_may_be_refused_is_told_in_words() -> None:
    requests = {*get_args(Request), *get_args(ClientRequest), Hello} - {SendRequest}
    assert set(SENTENCES) == {each.__struct_config__.tag for each in requests}


def test_one_of_another_version_is_told_by_its_name() -> None:
    assert refused_action("HandOverInterruption", "question-1") == "to hand question-1 over"
    assert refused_action("Stop", "{0.x}") == "to stop the server of {0.x}"
    assert refused_action("Fly", "run-1") == "Fly run-1"
    assert refused_action("CancelRun", "") == "to cancel it"
