"""A comparison without a screen."""

import msgspec

from octotui.views.comparison.differences import Comparison, Difference
from octotui.views.comparison.plain import as_lines, as_object

FOUND = Comparison(
    "run-1",
    "run-2",
    (
        Difference("packages", "tools", "1.0.0", "2.0.0"),
        Difference("steps", "A: worker", "worker1", "worker2"),
        Difference("steps", "A: worked", "5s", "1m00s"),
    ),
    {"run": 7, "steps": 3, "model": 2},
    ("Token",),
)


def test_its_lines() -> None:
    assert list(as_lines(FOUND)) == [
        "run-1 and run-2",
        "Versions of packages and images:",
        "  tools: 1.0.0 → 2.0.0",
        "Steps: outcome, worker, duration:",
        "  A: worker: worker1 → worker2",
        "  A: worked: 5s → 1m00s",
        "the same: run, model",
        "sensitive and not kept, so that nobody can say whether they differ: Token",
    ]


def test_nothing_differs() -> None:
    found = Comparison("run-1", "run-2", (), {"run": 7}, ())
    assert list(as_lines(found)) == ["run-1 and run-2", "nothing differs; the same: run"]


def test_its_object_is_json() -> None:
    plain = msgspec.json.decode(msgspec.json.encode(as_object(FOUND)))
    assert plain["differences"][0] == {"part": "packages", "name": "tools", "left": "1.0.0", "right": "2.0.0"}
    assert plain["incomparable"] == ["Token"]
