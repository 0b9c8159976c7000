"""`octotui variables`."""

from tests.cli.conftest import ROOT, Call

FILE = ROOT / "configs" / "pool-variables.toml"


def test_what_won_over_what(octotui: Call) -> None:
    """V3: the tenant's tag is more specific than the environment alone."""
    said = octotui("variables", FILE, "--environment", "Production", "--tenant", "contoso")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        "Project.Worker.Pool = pool west  (tenant tag region/westus, environment production)",
        "    wins over pool setup  (everywhere), which is less specific",
        "    wins over pool east  (environment production), which is less specific",
        "Greeting = good day  (environment production)",
        "    wins over hello  (everywhere), which is less specific",
    ]


def test_what_holds_elsewhere(octotui: Call) -> None:
    """V2."""
    out = octotui("variables", FILE).out
    assert "Greeting = hello  (everywhere)\n    elsewhere good day  (environment production)" in out


def test_names_nobody_knows(octotui: Call) -> None:
    assert octotui("variables", FILE, "--step", "Nowhere").code == 2
    assert octotui("variables", FILE, "--environment", "prod").code == 2
    assert octotui("variables", FILE, "--step", "Look around").code == 0
