"""V5, P1: logins at registries go to their own registry alone, from the environment."""

import base64
import json

import pytest

from octotui.model.space import Feed
from octotui.runtime.jobs.containers.registry_logins import MissingLogin, is_plain, logins_for

FEEDS = (
    Feed(registry="https://one.example", username="ann", token_env="OCTOTUI_ONE"),
    Feed(registry="http://two.example:5000/", token_env="OCTOTUI_TWO"),
    Feed(registry="https://open.example"),
    Feed(directory="/x"),
)


def test_v5_an_image_has_the_login_of_its_own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCTOTUI_ONE", "s3cret")
    text, secrets = logins_for(FEEDS, "one.example/tools:1", built=False)
    coded = base64.b64encode(b"ann:s3cret").decode()
    assert json.loads(text) == {"auths": {"one.example": {"auth": coded}}}
    assert secrets == ("s3cret", coded)
    assert logins_for(FEEDS, "open.example/tools:1", built=False) == ("", ())
    assert logins_for(FEEDS, "one.example.evil/tools", built=False) == ("", ())


def test_v5_one_that_is_built_may_need_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCTOTUI_ONE", "s3cret")
    monkeypatch.setenv("OCTOTUI_TWO", "other")
    text, _ = logins_for(FEEDS, "localhost/octotui:12", built=True)
    assert [*json.loads(text)["auths"]] == ["one.example", "two.example:5000"]


def test_v5_a_token_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCTOTUI_ONE", raising=False)
    with pytest.raises(MissingLogin, match="put it into the environment variable OCTOTUI_ONE"):
        logins_for(FEEDS, "one.example/tools", built=False)


def test_p1_a_registry_without_tls_is_one_that_says_so() -> None:
    assert is_plain(FEEDS, "two.example:5000/a")
    assert not is_plain(FEEDS, "one.example/a")
