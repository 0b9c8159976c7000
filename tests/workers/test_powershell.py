import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from octotui.workers.shells import HELPERS
from tests.workers.scripts import run, run_with

POWERSHELL = pytest.mark.skipif(shutil.which("pwsh") is None, reason="PowerShell is not on this machine")

OCTOPUS = """Convert-ServiceMessageValue Convert-ToServiceMessageParameter Set-OctopusVariable
New-OctopusArtifact Update-Progress Fail-Step Write-Verbose Write-Debug Write-Highlight Write-Wait
Write-Warning Fail-HealthCheck Execute-WithRetry
New-OctopusTarget Remove-OctopusTarget Report-KubernetesManifest Report-KubernetesManifestFile"""


def test_v7_the_powershell_file_can_be_read_and_has_octopuss_functions() -> None:
    """By PowerShell's grammar, which knows no generic base class: PowerShell does."""
    body = (Path(HELPERS) / "octopus.ps1").read_bytes()
    assert body.isascii()
    text = body.replace(b" : System.Collections.Generic.IEqualityComparer[string]", b"")
    assert text != body
    tree = Parser(Language(tree_sitter_powershell.language())).parse(text)
    assert not tree.root_node.has_error
    defined = sorted(_functions(tree.root_node))
    own = ("Write-OctotuiMessage", "Write-OctotuiText", "echo_error", "echo_warning", "fail_healthcheck")
    own += ("fail_without",)
    assert defined == sorted([*OCTOPUS.split(), *own])


def _functions(node: Node) -> Iterator[str]:
    """The names of all functions that are defined."""
    if node.type == "function_statement":
        yield next((each.text or b"").decode() for each in node.children if each.type == "function_name")
    for each in node.children:
        yield from _functions(each)


@POWERSHELL
def test_v7_powershell_scripts_run_with_their_variables_and_exit_code(tmp_path: Path) -> None:
    script = """
    Write-Host $OctopusParameters['Site.Url'] $SiteUrl $OctopusParameters.ContainsKey('No.Such')
    exit 7
    """
    ran = run("pwsh", tmp_path, script, Site_Url="https://octo")
    assert (ran.code, ran.visible, ran.errors) == (7, "https://octo https://octo False\n", "")


@POWERSHELL
def test_v7_powershell_fails_with_what_it_throws_and_with_the_last_program(tmp_path: Path) -> None:
    ran = run("pwsh", tmp_path, "throw 'no disk'")
    assert ran.code == 1
    assert "no disk" in ran.errors
    assert run("pwsh", tmp_path, "sh -c 'exit 5'").code == 5
    assert run("pwsh", tmp_path, "Write-Host fine").code == 0


@POWERSHELL
def test_v9_powershell_finds_a_name_in_any_case(tmp_path: Path) -> None:
    script = "Write-Host $OctopusParameters['οδος'] $OctopusParameters['ΟΔΟΣ'] $OctopusParameters['οδοσ']"
    assert run_with("pwsh", tmp_path, script, {"ΟΔΟΣ": "found"}).visible == "found found found\n"
