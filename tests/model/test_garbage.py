"""The garbage collector is disabled for a while, and exempts what was loaded meanwhile."""

import gc
from collections.abc import Iterator

import pytest

from octotui.model.garbage import THRESHOLDS, collect_from_now, uncollected


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """Leave the garbage collector as it was."""
    frozen, thresholds = gc.get_freeze_count(), gc.get_threshold()
    yield
    gc.enable()
    gc.set_threshold(*thresholds)
    if not frozen:
        gc.unfreeze()


def test_it_is_enabled_again_also_after_an_error() -> None:
    def fail() -> None:
        with uncollected():
            assert not gc.isenabled()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert gc.isenabled()


def test_it_stays_disabled_where_it_was() -> None:
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()


def test_what_is_loaded_is_exempt() -> None:
    gc.disable()
    collect_from_now()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 1000
    assert gc.get_threshold() == THRESHOLDS


def test_nothing_is_exempt_where_it_was_enabled() -> None:
    frozen = gc.get_freeze_count()
    collect_from_now()
    assert gc.get_freeze_count() == frozen
