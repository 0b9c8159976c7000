from octotui.ui.screens.model_file import CheckResult


def test_a_model_without_complaints_has_none() -> None:
    assert CheckResult() == ((), ())
