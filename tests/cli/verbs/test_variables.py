"""`octotui variables`."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import OK, ROOT, Call

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


def test_where_values_come_from_and_what_is_sensitive(octotui: Call, write: Callable[..., Path]) -> None:
    """V4, V5, V6: the project's own, those of its sets, the space's; never what is read."""
    head = """
[variables]
Colour = "grey"
Password = { sensitive = { env = "HOME" } }
Version = { prompt = {} }
[variable_sets.mail]
Colour = "red"
Sender = "shop@example.org"
[projects.shop]
variable_sets = ["mail"]
[projects.shop.variables]
Colour = "blue"
"""
    file = write(OK, head=head)
    said = octotui("variables", file, "--project", "shop")
    assert said.out.splitlines() == [
        "Colour = blue  (everywhere; project shop)",
        "    comes before red  (everywhere; variable set mail)",
        "    comes before grey  (everywhere)",
        "Sender = shop@example.org  (everywhere; variable set mail)",
        "Password = ********, from the environment variable HOME  (everywhere)",
        "Version = asked for at the start  (everywhere)",
    ]
    assert "Sender" not in octotui("variables", file, "--process", "ok", "--step", "Say hello").out
    assert octotui("variables", file, "--process", "shop", "--step", "Say hello").code == 2


def test_as_json_a_variable_is_an_object(octotui: Call) -> None:
    at = ("--environment", "Production", "--tenant", "contoso")
    first, second = map(json.loads, octotui("variables", FILE, *at, "--json").out.splitlines())
    assert first == {
        "name": "Project.Worker.Pool",
        "value": "pool west",
        "scope": "tenant tag region/westus, environment production",
        "comes_before": [],
        "wins_over": [
            {"value": "pool setup", "scope": "everywhere"},
            {"value": "pool east", "scope": "environment production"},
        ],
        "elsewhere": [],
    }
    assert second["value"] == "good day"


def test_v5_nothing_sensitive_is_in_it(octotui: Call, write: Callable[..., Path]) -> None:
    model = write(
        OK, head='[variables]\nPassword = { sensitive = { env = "HOME" } }\nNone = { prompt = {} }\n'
    )
    password, none = map(json.loads, octotui("variables", model, "--json").out.splitlines())
    assert password["value"] == "********, from the environment variable HOME"
    assert none["scope"] == "everywhere"


def test_of_a_space_that_is_named_they_are_those_it_has(
    octotui: Call, write: Callable[..., Path], state: Path
) -> None:
    model = write(OK, head='[variables]\nColour = "grey"\n')
    octotui("run", model, "ok", "--state", state)
    model.unlink()
    assert octotui("variables", "small", "--state", state).out == "Colour = grey  (everywhere)\n"


def test_an_unknown_step_is_told_the_nearest(octotui: Call) -> None:
    assert 'did you mean "Look around"?' in octotui("variables", FILE, "--step", "Look arund").err
