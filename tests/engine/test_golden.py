"""Golden traces."""

import pytest

from tests.engine.golden import FOLDER, STORIES
from tests.engine.walk import trace


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_the_trace_is_as_it_was(story) -> None:
    """R2, R3: byte for byte; `python -m tests.engine.golden` writes them anew, on purpose."""
    expected = (FOLDER / f"{story.__name__}.jsonl").read_bytes()
    assert trace(story().events) + b"\n" == expected
