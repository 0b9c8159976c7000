from octotui.engine.queries.parse import parse
from octotui.ui.panels.run_messages import PageWanted, RunChosen, RunOpened


def test_messages_carry_what_is_wanted():
    assert RunChosen("run-1").run == RunOpened("run-1").run == "run-1"
    assert isinstance(RunOpened("run-1"), RunChosen)
    query = parse("rare", 0)
    page = PageWanted(query, 7)
    assert (page.query, page.before) == (query, 7)
