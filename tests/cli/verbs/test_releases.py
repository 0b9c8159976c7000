"""`octotui releases`: what there is, and where."""

import json
from pathlib import Path

from tests.cli.conftest import Call
from tests.cli.shop import write_shop


def test_releases_are_listed_the_newest_first_with_where_they_are(
    octotui: Call, tmp_path: Path, state: Path
) -> None:
    model = write_shop(tmp_path)
    unknown = octotui("releases", model, "zzz", "--state", state)
    assert (unknown.code, unknown.err.count("shop")) == (2, 1), "its slug, and not its name as well"
    assert unknown.err.startswith("octotui: there is no project or runbook “zzz”; known: ")
    none = octotui("releases", model, "shop", "--state", state)
    assert none == (0, "shop has no releases: octotui release FILE shop makes one\n", "")
    assert octotui("releases", model, "shop", "--json", "--state", state) == (0, "", "")
    for version in ("1.0", "1.1"):
        octotui("release", model, "shop", "--version", version, "--state", state)
    octotui("deploy", model, "shop", "--release", "1.0", "--environment", "try", "--state", state)
    said = octotui("releases", model, "shop", "--state", state)
    assert said.out.splitlines() == ["1.1  stable  not deployed", "1.0  stable  in Trial"]
    last = json.loads(octotui("releases", model, "shop", "--json", "--state", state).out.splitlines()[-1])
    assert (last["version"], last["deployed"][0]["environment"]) == ("1.0", "try")
