"""What a space knows: declared, running, or ended long ago."""

from octotui.views.queries.known import known_values
from tests import scenes


def test_declared_things_have_names() -> None:
    known = known_values(scenes.seed().state)
    assert known["env"]["development"] == "Development"
    assert known["runbook"]["unleash"] == "Unleash the kraken"
    assert {"worker1", "worker2", "worker3"} <= set(known["worker"])
    assert "built-in" in known["worker"]
    assert "setup" in known["pool"]


def test_what_only_old_runs_had_is_known_too() -> None:
    state = scenes.seed().state
    past = {
        "process": {"gone": "Gone away", "unleash": "Old title"},
        "worker": {"w9": "w9"},
        "by": {"bob": "bob"},
    }
    known = known_values(state, past)
    assert known["runbook"]["gone"] == known["project"]["gone"] == "Gone away"
    assert known["runbook"]["unleash"] == "Unleash the kraken"
    assert "unleash" not in known["project"]
    assert "w9" in known["worker"]
    assert "bob" in known["by"]
