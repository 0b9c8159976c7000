"""Who may use the app in a browser, and which requests are refused."""

import os
import pwd

import pytest
from multidict import CIMultiDict

from octotui.ui.web.access import Denied, ProxyAccess, TokenAccess, check_origin, unusable_account

OWN = pwd.getpwuid(os.geteuid()).pw_name
OTHER = next(each.pw_name for each in pwd.getpwall() if each.pw_uid and each.pw_uid != os.geteuid())


def headers(*pairs: tuple[str, str]) -> CIMultiDict[str]:
    return CIMultiDict(pairs)


def token_of(access: TokenAccess) -> str:
    return access.url.partition("token=")[2]


def test_i10_a_token_works_once_and_gives_a_cookie_that_scripts_and_other_sites_do_not_have() -> None:
    access = TokenAccess(4711)
    assert access.url.startswith(f"http://127.0.0.1:4711{access.path}?token=")
    token = token_of(access)
    with pytest.raises(Denied, match="it works once"):
        access.redeem(f"{token}x")
    with pytest.raises(Denied):
        access.account(headers(("Cookie", "octotui=")))  # nobody has a session before
    cookie = access.redeem(token)
    name, *attributes = cookie.split("; ")
    assert attributes == [f"Path={access.path}", "HttpOnly", "SameSite=Strict"]
    assert token not in cookie
    for again in (token, ""):
        with pytest.raises(Denied, match="it works once"):
            access.redeem(again)
    assert access.account(headers(("Cookie", f"theme=dark; {name}"))) is None
    for wrong in ("octotui=", "octotui=guess", f"x{name}", "", "octotui", f"octotui={token}", "\xff=\x00"):
        with pytest.raises(Denied):
            access.account(headers(("Cookie", wrong)))


def test_i10_two_servers_have_different_paths_and_tokens() -> None:
    first, second = TokenAccess(1), TokenAccess(1)
    assert first.path != second.path
    assert token_of(first) != token_of(second)
    assert len(token_of(first)) >= 40
    name = first.redeem(token_of(first)).split(";")[0]
    with pytest.raises(Denied):
        second.account(headers(("Cookie", name)))


@pytest.mark.parametrize("host", ["127.0.0.1:4711", "localhost:4711"])
def test_i10_its_own_names_are_its_origins(host: str) -> None:
    assert TokenAccess(4711).origin(headers(("Host", host))) == f"http://{host}"


@pytest.mark.parametrize(
    "said",
    [
        (("Host", "evil.example:4711"),),
        (("Host", "127.0.0.1:4712"),),
        (("Host", "127.0.0.1"),),
        (("Host", "127.0.0.1:4711"), ("Host", "127.0.0.1:4711")),
        (),
    ],
)
def test_i10_another_name_for_it_is_refused(said: tuple[tuple[str, str], ...]) -> None:
    """I10: a site may have its name lead to this machine (DNS rebinding)."""
    with pytest.raises(Denied, match="no page of octotui has that name"):
        TokenAccess(4711).origin(headers(*said))


def test_i10_another_sites_page_is_refused() -> None:
    check_origin("http://a", headers(("Origin", "http://a")))
    for origins in (
        [],
        ["null"],
        ["http://a:80"],
        ["https://a"],
        ["http://a", "http://a"],
        ["http://a.evil"],
    ):
        with pytest.raises(Denied, match="another site"):
            check_origin("http://a", headers(*(("Origin", each) for each in origins)))


def test_i10_a_proxy_says_who_people_are() -> None:
    access = ProxyAccess("https://ops.example.org/", "X-Forwarded-User", own=OWN, root=True)
    assert access.origin(headers(("Host", "ops.example.org"))) == "https://ops.example.org"
    assert access.account(headers(("X-Forwarded-User", OTHER))) == OTHER
    with pytest.raises(Denied, match="not by a token"):
        access.redeem("")
    with pytest.raises(Denied, match="no page"):
        access.origin(headers(("Host", "127.0.0.1")))
    twice = [("X-Forwarded-User", OTHER), ("x-forwarded-user", OTHER)]
    for wrong in ([], [("X-Forwarded-User", "")], [("X-User", OTHER)], twice):
        with pytest.raises(Denied, match="has to set the header X-Forwarded-User, once"):
            access.account(headers(*wrong))


@pytest.mark.parametrize("name", ["no-such-account", "1000", "0", "--", "../x", "a b", f"{OTHER}\x00"])
def test_i10_names_are_those_of_accounts(name: str) -> None:
    assert "is no account of this machine" in str(unusable_account(name, own=OWN, root=True))


def test_i10_without_root_there_is_one_account_alone() -> None:
    assert unusable_account(OTHER, own=OTHER, root=False) is None
    assert unusable_account(OTHER, own=OWN, root=True) is None
    assert "nobody is root by a proxy" in str(unusable_account("root", own=OWN, root=True))
    refused = unusable_account(OTHER, own="somebody", root=False)
    assert refused == f"this server runs as somebody, and only root can run the app as {OTHER}"
    access = ProxyAccess("http://a", "X-User", own=OTHER, root=False)
    assert access.account(headers(("X-User", OTHER))) is None
