from octotui.ui.panels.run_messages import ColumnsWanted, PageWanted, RunChosen, RunOpened


def test_messages_carry_what_is_wanted():
    assert RunChosen("run-1").run == RunOpened("run-1").run == "run-1"
    assert isinstance(RunOpened("run-1"), RunChosen)
    page = PageWanted(("rare",), 7)
    assert (page.words, page.before) == (("rare",), 7)
    columns = ColumnsWanted(("id",), ("title",), "-id")
    assert (columns.usual, columns.shown, columns.sort) == (("id",), ("title",), "-id")
