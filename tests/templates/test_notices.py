"""Telling of questions by a shipped template, against a web server in place of the webhook (I6, V5)."""

from pathlib import Path

import pytest

from tests.templates.conftest import Verb, Web

SECRET = "/services/T0/B0/not-to-be-seen"
MODEL = """
[space]
name = "Notices"
[notify]
template = "slack-message"
[notify.parameters]
Url = "#{Webhook}"
Text = '''#{Octopus.Interruption.RunName} (#{Octopus.Interruption.Run}) asks #{Octopus.Interruption.Teams}:
*#{Octopus.Interruption.Title}* #{Octopus.Interruption.Instructions} #{Colour} #{Octopus.Interruption.Id}'''
[variables]
Webhook = { sensitive = { env = "WEBHOOK" } }
Colour = "green"
[teams.finance]
name = "Finance"
[runbooks.pay]
name = "Pay"
[[runbooks.pay.steps]]
name = "May it?"
manual = { instructions = "Four is **much**, #{Colour}.", teams = ["finance"] }
[runbooks.nothing]
"""


@pytest.fixture
def model(tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WEBHOOK", web.url + SECRET)
    (tmp_path / "notices.toml").write_text(MODEL)
    return tmp_path / "notices.toml"


def log(state: Path) -> str:
    return (state / "notices" / "notifications.log").read_text()


def test_a_question_is_told_of_once_though_the_space_is_opened_again(
    octotui: Verb, model: Path, web: Web
) -> None:
    """I6: with what is asked, of whom, and the variables of the run; its secrets are masked in the log."""
    told = octotui("run", model, "pay")
    assert told.code == 4
    (asked,) = web.asked
    assert (asked.path, asked.json["text"]) == (
        SECRET,
        "Pay (run-1) asks Finance:\n*May it?* Four is **much**, green. green question-1",
    )
    assert octotui("run", model, "nothing").code in (0, 4)
    assert len(web.asked) == 1
    lines = log(told.state).splitlines()
    assert lines[0].endswith("question-1 of run-1: slack-message was sent")
    assert lines[1] == "    Slack has the message."
    assert SECRET not in log(told.state)
    assert not [each for each in told.events if each["type"] == "NoticeFailed"]


def test_what_fails_is_a_warning_and_holds_nothing_up(octotui: Verb, model: Path, web: Web) -> None:
    """I6: of the run, and in the log; the question waits as before."""
    web.answers["POST", SECRET] = (404, b"no_service")
    told = octotui("run", model, "pay")
    assert told.code == 4
    (failed,) = [each for each in told.events if each["type"] == "NoticeFailed"]
    assert failed["reason"].startswith("the notice of the question “May it?” was not sent: slack-message: ")
    assert SECRET not in failed["reason"]
    assert "question-1 of run-1: slack-message was not sent: " in log(told.state)


def test_a_secret_that_cannot_be_read_is_said(
    octotui: Verb, model: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V5: nothing is sent."""
    monkeypatch.delenv("WEBHOOK")
    told = octotui("run", model, "pay")
    assert not web.asked
    assert "the sensitive variable Webhook cannot be used" in log(told.state)
    assert told.code == 4
