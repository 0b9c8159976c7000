"""Questions as a State has them."""

from octotui.engine.interruptions import Interruption


def test_a_question_is_open_until_it_has_ended() -> None:
    """I1: whatever was said meanwhile."""
    question = Interruption(
        id="question-1", run="run-1", job="job-1.1", step="Ask", instructions="", teams=(), raised_at=1.0
    )
    assert question.open
    assert question.choices == ("proceed", "abort")
    assert not Interruption(
        id="question-1",
        run="run-1",
        job="job-1.1",
        step="Ask",
        instructions="",
        teams=(),
        raised_at=1.0,
        ended_at=2.0,
    ).open
