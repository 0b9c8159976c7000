from octotui.ui.panels.run_pages import HistoryPages
from tests.ui.panels.test_runs_panel import ended


def test_r5_pages_go_on_before_the_oldest_that_was_found():
    pages = HistoryPages(("rare",))
    assert (pages.before, pages.whole) == (None, False)
    pages.asked = True
    pages.take(ended(300, 302), whole=False)
    assert (pages.before, pages.whole, pages.asked) == (300, False, False)
    pages.take([], whole=True)
    assert (pages.before, pages.whole) == (300, True)
    assert pages.found == {"run-300", "run-301", "run-302"}
