"""The words of events, commands and States."""

import msgspec

from octotui.engine.terms import Artifact, Outcome


def test_an_outcome_comes_back_as_it_was() -> None:
    """R3: with all that a script said."""
    outcome = Outcome(state="failed", exit_code=3, outputs={"Url": "x"}, artifacts=(Artifact("a.txt", 4),))
    assert msgspec.json.decode(msgspec.json.encode(outcome), type=Outcome) == outcome
