from octotui.engine.queries.parse import parse
from octotui.ui.panels.run_pages import HistoryPages
from tests.ui.panels.test_runs_panel import ended


def test_r5_pages_go_on_before_the_oldest_that_was_found():
    pages = HistoryPages(parse("rare", 0.0))
    assert (pages.before, pages.whole) == (None, False)
    pages.asked = True
    pages.take(ended(300, 302), whole=False)
    assert (pages.before, pages.whole, pages.asked) == (300, False, False)
    pages.take([], whole=True)
    assert (pages.before, pages.whole) == (300, True)


def test_r10_a_page_that_could_not_be_fetched_is_asked_for_again_a_little_later():
    pages = HistoryPages(parse("rare", 0.0))
    assert pages.should_ask(10.0)
    pages.asked = True
    assert not pages.should_ask(10.0)
    pages.fail(10.0)
    assert [pages.should_ask(at) for at in (10.5, 12.0)] == [False, True]
    pages.take([], whole=True)
    assert not pages.should_ask(20.0)


def test_a_count_is_looked_up_once_in_a_while_and_again_when_it_may_be_old():
    pages = HistoryPages(parse("rare", 0.0))
    assert [pages.should_count(at) for at in (10.0, 10.5, 12.0)] == [True, False, True]
    pages.count = (3, 9)
    assert not pages.should_count(20.0)
    pages.expire(13.0)
    assert pages.count == (3, 9)
    pages.expire(14.0)
    assert pages.count is None


def test_r10_a_clock_that_is_set_back_holds_back_neither_page_nor_count():
    pages = HistoryPages(parse("rare", 0.0))
    pages.fail(3600.0)
    assert pages.should_ask(10.0)
    assert pages.should_count(3600.0)
    assert pages.should_count(10.0)
    pages.count = (3, 9)
    pages.expire(5.0)
    assert pages.count is None
