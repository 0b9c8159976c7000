"""Filters that take a part out of a version or an address (V1)."""

import pytest

from octotui.variables.filters.versions_and_uris import VERSION_PARTS
from tests.variables.filling import through


@pytest.mark.parametrize(
    ("version", "parts"),
    [
        ("1", "1 0 0 0 - - - -"),
        ("1.2", "1 2 0 0 - - - -"),
        ("1.2.3.4", "1 2 3 4 - - - -"),
        ("1.2.3.4-my-branch.1.2+build10", "1 2 3 4 my-branch.1.2 my branch.1.2 build10"),
        ("v1.2.3.4-branch.1+meta", "1 2 3 4 branch.1 branch 1 meta"),
        ("V1.2.3-branch_hithere", "1 2 3 0 branch_hithere branch hithere -"),
        ("19.0.0.Final", "19 0 0 0 Final Final - -"),
        ("284.0.0-debian_component_based", "284 0 0 0 debian_component_based debian component_based -"),
        ("latest", "0 0 0 0 latest latest - -"),
    ],
)
def test_v1_versions(version, parts):
    assert [through(name, version) or "-" for name in VERSION_PARTS] == parts.split()


@pytest.mark.parametrize(
    ("part", "address", "wanted"),
    [
        ("AbsolutePath", "https://octopus.com/docs", "/docs"),
        ("AbsoluteUri", "https://octopus.com/docs", "https://octopus.com/docs"),
        ("AbsoluteUri", "mailto:a@b.c", "mailto:a@b.c"),
        ("Authority", "https://octopus.com:8443/docs", "octopus.com:8443"),
        ("DnsSafeHost", "https://octopus.com/docs", "octopus.com"),
        ("Fragment", "https://octopus.com/docs#filters", "#filters"),
        ("Host", "https://octopus.com/docs", "octopus.com"),
        ("HostAndPort", "https://octopus.com/docs", "octopus.com:443"),
        ("HostNameType", "https://octopus.com/docs", "Dns"),
        ("HostNameType", "http://[::1]/", "IPv6"),
        ("IsAbsoluteUri", "https://octopus.com/docs", "true"),
        ("IsAbsoluteUri", "docs", "false"),
        ("IsDefaultPort", "https://octopus.com/docs", "true"),
        ("IsFile", "https://octopus.com/docs", "false"),
        ("IsLoopback", "http://127.0.0.1/", "true"),
        ("IsUnc", "https://octopus.com/docs", "false"),
        ("Path", "https://octopus.com/a%20b", "/a b"),
        ("PathAndQuery", "https://octopus.com/docs?filter=faq", "/docs?filter=faq"),
        ("Port", "https://octopus.com/docs", "443"),
        ("Query", "https://octopus.com/docs?filter=faq", "?filter=faq"),
        ("Scheme", "https://octopus.com/docs", "https"),
        ("SchemeAndServer", "https://octopus.com/docs", "https://octopus.com"),
        ("UserInfo", "https://username:password@octopus.com", "username:password"),
        ("Nothing", "https://octopus.com/docs", "[UriPart Nothing error: argument 'Nothing' not supported]"),
        ("", "https://octopus.com/docs", "[UriPart error: no argument given]"),
        ("Host", "http://[::1", "http://[::1"),
    ],
)
def test_v1_addresses(part, address, wanted):
    assert through(f"UriPart {part}", address) == wanted
