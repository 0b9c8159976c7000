"""What a Summary is made of: names that scripts read."""

import msgspec
import pytest

from octotui.cli.summary.values import (
    JobSummary,
    QuestionSummary,
    RunSummary,
    SelectionSummary,
    StartedNow,
    StepSummary,
    Summary,
    VariableSummary,
    WaitNow,
    WaitSummary,
)

NAMES = {
    Summary: "type runs at exit_code started_now",
    RunSummary: "id process name environment tenant parent state workers may_run artifacts questions reason"
    " requester schedule release not_before queued_at started_at ended_at ends_about wait warnings steps"
    " acquisitions outputs versions selections guided priority moved_to_top tag holds_tag released_slot"
    " variables",
    StepSummary: "name state reason may_run machines started_at ended_at jobs",
    JobSummary: "id state kind machine target queued_at started_at ended_at reason exit_code attempt attempts"
    " warnings highlights ends_about expected expected_from wait child",
    QuestionSummary: "id step answer expired said asked_at ended_at teams responsible choices",
    WaitSummary: "for since until told",
    StartedNow: "at open starts_about ends_about waits",
    WaitNow: "run step for behind since until told",
    SelectionSummary: "pool worker steps current told",
    VariableSummary: "name value why",
}


@pytest.mark.parametrize("part", NAMES, ids=lambda part: part.__name__)
def test_names_stay(part: type[msgspec.Struct]) -> None:
    """New ones are added here; none is ever taken away."""
    assert [field.encode_name for field in msgspec.structs.fields(part)] == NAMES[part].split()
