"""The templates slack-message and teams-message, against a web server in place of the webhooks."""

import pytest

from tests.templates.conftest import Run, Web

HARD = 'He said "no"\\n\n\ttabs, ünïcödé 🐙, $HOME `id` #{Unknown}'
SECRET = "/services/T0/B0/not-to-be-seen"


def test_slack_gets_the_text_as_it_was_written(run: Run, web: Web) -> None:
    """S1, V5: quotes, backslashes, newlines and emoji arrive; the address is nowhere in the log."""
    done = run("slack-message", {"Webhook": web.url + SECRET, "Text": HARD}, Url="#{Webhook}", Text="#{Text}")
    (asked,) = web.asked
    assert (asked.method, asked.path, asked.json) == ("POST", SECRET, {"text": HARD})
    assert asked.headers["Content-Type"] == "application/json; charset=utf-8"
    assert done.log.splitlines()[-1] == "Slack has the message."
    assert SECRET not in done.log


def test_slack_may_be_told_who_it_is_from(run: Run, web: Web) -> None:
    run("slack-message", {"U": web.url}, Url="#{U}", Text="hi", Username="octotui", Icon=":octopus:")
    assert web.asked[0].json == {"text": "hi", "username": "octotui", "icon_emoji": ":octopus:"}


def test_teams_gets_an_adaptive_card(run: Run, web: Web) -> None:
    given = {"Webhook": web.url + SECRET, "Text": HARD}
    more = {"Title": "Deployed", "Color": "good", "LinkText": "Look", "LinkUrl": "https://example.org/?a=b&c"}
    done = run("teams-message", given, Url="#{Webhook}", Text="#{Text}", **more)
    (asked,) = web.asked
    (attachment,) = asked.json["attachments"]
    card = attachment["content"]
    assert (asked.path, asked.json["type"]) == (SECRET, "message")
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert [each["text"] for each in card["body"]] == ["Deployed", HARD]
    assert card["body"][0]["color"] == "good"
    assert card["actions"] == [
        {"type": "Action.OpenUrl", "title": "Look", "url": "https://example.org/?a=b&c"}
    ]
    assert SECRET not in done.log


def test_teams_needs_no_title_and_no_link(run: Run, web: Web) -> None:
    web.answers["POST", "/"] = (202, b"")
    done = run("teams-message", {"U": f"{web.url}/"}, Url="#{U}", Text="hi")
    assert done.state == "succeeded"
    card = web.asked[0].json["attachments"][0]["content"]
    assert ([each["text"] for each in card["body"]], "actions" in card) == (["hi"], False)


@pytest.mark.parametrize(("template", "who"), [("slack-message", "Slack"), ("teams-message", "Teams")])
def test_failures_are_sentences_that_keep_the_address_secret(
    run: Run, web: Web, template: str, who: str
) -> None:
    web.answers["POST", SECRET] = (403, b"invalid_token")
    refused = run(template, {"U": web.url + SECRET}, Url="#{U}", Text="hi")
    gone = run(template, {"U": "http://127.0.0.1:1/hidden"}, Url="#{U}", Text="hi")
    wrong = run(template, {"U": "hidden"}, Url="#{U}", Text="hi")
    assert [refused.state, gone.state, wrong.state] == ["failed"] * 3
    assert refused.reason == f"{who} refused the message with 403: invalid_token."
    assert gone.reason == f"{who} cannot be reached: Connection refused."
    assert wrong.reason == "The address of the webhook cannot be used; it begins with https://."
    assert refused.log + gone.log + wrong.log == ""
