"""What verbs on a space that is there have in common."""

from octotui.cli.requests import RequestEvents
from octotui.engine import commands
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
