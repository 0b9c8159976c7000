"""What verbs on a space that is there have in common."""

import pytest

from octotui.cli.requests import RequestEvents, run_request
from octotui.engine import commands
from octotui.runtime.space_access import Undecided
from octotui.store.errors import StoreError
from tests.runtime.served import served
from tests.world import manual, model


async def test_only_what_was_asked_for_here_is_told(tmp_path, capsys) -> None:
    async with served(model({"ask": [manual("May it?")]}), tmp_path) as here, here.attached() as client:
        heard = RequestEvents(client, as_json=False)
        await here.session.send(commands.StartRun(process="ask", requester="bob"))
        events = await client.send(commands.StartRun(process="ask"))
        heard.tell(events)
        told = capsys.readouterr().out
    assert "run-2  Ask is queued" in told
    assert "run-1" not in told


async def test_of_what_was_started_the_id_alone_goes_to_stdout(tmp_path, capsys) -> None:
    async with served(model({"ask": [manual("May it?")]}), tmp_path) as here, here.attached() as client:
        heard = RequestEvents(client, as_json=False)
        assert heard.tell_started(await client.send(commands.StartRun(process="ask"))) == "run-1"
        told = capsys.readouterr()
    assert told.out == "run-1\n"
    assert told.err.startswith("run-1  Ask is queued\n")


@pytest.mark.parametrize(
    ("failure", "code"),
    [(commands.Refused("no"), 2), (Undecided("look"), 1), (StoreError("full"), 1)],
)
def test_r10_what_may_have_taken_effect_is_never_called_wrong_usage(
    capsys: pytest.CaptureFixture[str], failure: Exception, code: int
) -> None:
    async def fails() -> None:
        raise failure

    with pytest.raises(SystemExit) as left:
        run_request(fails)
    assert (left.value.code, capsys.readouterr().err) == (code, f"octotui: {failure}\n")
