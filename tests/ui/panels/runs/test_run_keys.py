from octotui.ui.key_actions import actions_of
from octotui.ui.panels.runs.run_keys import RUN_KEYS
from octotui.ui.panels.runs_panel import RunsPanel


def test_the_pane_of_runs_has_them_and_acts_on_each():
    assert [*actions_of(RunsPanel)] == RUN_KEYS
    for each in actions_of(RunsPanel):
        name = each.action.partition("(")[0]
        assert callable(getattr(RunsPanel, f"action_{name}")), each.action
