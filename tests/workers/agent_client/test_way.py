from pathlib import Path

from octotui.workers.agent_client.way import AgentWay
from octotui.workers.local.agents.starter import LocalAgentWay


async def test_this_machine_is_a_way_without_agents_at_first(tmp_path: Path) -> None:
    way: AgentWay = LocalAgentWay(str(tmp_path / "agent"))
    assert (await way.versions(), way.is_fenced) == ([], False)
    assert "does not answer" in str(await way.silence(way.version))
