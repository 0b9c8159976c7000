"""`octotui promote`: a release to where it comes next."""

import json
from pathlib import Path

from tests.cli.conftest import Call, Said
from tests.cli.shop import write_shop


def place(said: Said) -> tuple[str, str]:
    run = json.loads(said.out.splitlines()[-1])["runs"][0]
    return run["name"], run["environment"]


def test_a_release_goes_phase_by_phase(octotui: Call, tmp_path: Path, state: Path) -> None:
    model = write_shop(tmp_path)

    def promote(*options: str) -> Said:
        return octotui("promote", model, "shop", *options, "--json", "--state", state)

    octotui("release", model, "shop", "--state", state)
    assert place(promote()) == ("The shop 0.0.1", "try")
    octotui("release", model, "shop", "--state", state)
    assert place(promote("--from", "try")) == ("The shop 0.0.1", "live")
    assert promote("--from", "Live").err == (
        "octotui: The shop 0.0.1 is at the end of its lifecycle: say where with --to\n"
    )
    assert place(promote("--from", "live", "--to", "try")) == ("The shop 0.0.1", "try")
    assert place(promote()) == ("The shop 0.0.2", "try")
    assert place(promote("--from", "try")) == ("The shop 0.0.2", "live")


def test_what_is_not_there_cannot_be_promoted(octotui: Call, tmp_path: Path, state: Path) -> None:
    model = write_shop(tmp_path)
    nothing = octotui("promote", model, "shop", "--state", state)
    assert nothing.code == 2
    assert "The shop has no release in the channel stable: make one with octotui release" in nothing.err
    nowhere = octotui("promote", model, "shop", "--from", "try", "--state", state)
    assert (nowhere.code, nowhere.err) == (2, "octotui: nothing of The shop is in Trial\n")
