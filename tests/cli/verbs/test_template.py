"""`octotui template list | show`."""

import json
from pathlib import Path

from tests.cli.conftest import Call
from tests.model.texts import SPACE, write
from tests.model.toml.test_templates import GREET


def test_templates_of_octotui_and_beside_the_model(octotui: Call, tmp_path: Path) -> None:
    """S1."""
    write(tmp_path, GREET, "templates/greet.toml")
    shipped, both = octotui("template", "list"), octotui("template", "list", write(tmp_path, SPACE))
    assert (shipped.code, both.code) == (0, 0)
    own = set(both.out.splitlines()) - set(shipped.out.splitlines())
    assert [line.split(maxsplit=1) for line in own] == [["greet", "Says hello."]]
    assert octotui("template", "list", tmp_path).out == both.out


def test_one_of_them_in_full(octotui: Call, tmp_path: Path) -> None:
    """S1: label, kind, default and what is required; needs; output variables; the scripts."""
    write(tmp_path, GREET, "templates/greet.toml")
    said = octotui("template", "show", "greet", tmp_path)
    assert said.out.splitlines() == [
        "greet: Greet",
        "Says hello.",
        "",
        "parameters",
        "  Who (“To whom”; required)",
        "  Loud (checkbox; by default True)",
        "",
        "needs on the worker: curl, python:boto3",
        "",
        "output variables",
        "  Said: What was said.",
        "",
        "script for python",
        '  print("hello")',
        "",
        "script for bash",
        "  echo hello",
    ]


def test_a_bare_one_has_little_to_show(octotui: Call, tmp_path: Path) -> None:
    write(tmp_path, '[scripts]\nbash = "true"', "templates/bare.toml")
    assert octotui("template", "show", "bare", tmp_path).out == "bare: bare\n\nscript for bash\n  true\n"


def test_options_and_help_are_shown(octotui: Call) -> None:
    out = octotui("template", "show", "http-request").out
    assert "  Method (select; one of GET, HEAD, POST, PUT, PATCH, DELETE; by default GET)\n      What" in out


def test_as_json(octotui: Call, tmp_path: Path) -> None:
    write(tmp_path, GREET, "templates/greet.toml")
    listed = json.loads(octotui("template", "list", tmp_path, "--json").out)
    assert {"slug": "greet", "name": "Greet", "description": "Says hello."} in listed
    shown = json.loads(octotui("template", "show", "greet", tmp_path, "--json").out)
    assert (shown["slug"], shown["needs"]) == ("greet", ["curl", "python:boto3"])
    assert shown["parameters"]["Who"]["label"] == "To whom"


def test_one_that_nobody_knows(octotui: Call) -> None:
    said = octotui("template", "show", "http-rekwest")
    assert (said.code, said.out) == (2, "")
    assert said.err == 'octotui: there is no template “http-rekwest”; did you mean "http-request"?\n'


def test_a_broken_one_is_told_at_its_place_and_the_others_are_listed(octotui: Call, tmp_path: Path) -> None:
    file = write(tmp_path, "[scripts]\nbash = 1", "templates/broken.toml")
    listed = octotui("template", "list", tmp_path)
    assert listed.code == 2
    assert "http-request" in listed.out
    assert listed.err == f"{file}:2:1: scripts.bash: Expected text with something in it, not the number 1.\n"
    shown = octotui("template", "show", "broken", tmp_path)
    assert (shown.code, shown.out, shown.err) == (2, "", listed.err)
