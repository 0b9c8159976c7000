import re
import shutil
from pathlib import Path

import pytest

from octotui.workers.shells import HELPERS
from tests.workers.scripts import run

POWERSHELL = pytest.mark.skipif(shutil.which("pwsh") is None, reason="PowerShell is not on this machine")

OCTOPUS = """Convert-ServiceMessageValue Convert-ToServiceMessageParameter Set-OctopusVariable
New-OctopusArtifact Update-Progress Fail-Step Write-Verbose Write-Debug Write-Highlight Write-Wait
Write-Warning Execute-WithRetry
New-OctopusTarget Remove-OctopusTarget Report-KubernetesManifest Report-KubernetesManifestFile"""


def test_v7_the_powershell_file_has_octopuss_functions_and_closes_what_it_opens() -> None:
    text = (Path(HELPERS) / "octopus.ps1").read_text(encoding="ascii")
    defined = re.findall(r"^function ([\w-]+)", text, re.MULTILINE)
    assert len(set(defined)) == len(defined)
    assert set(defined) == {*OCTOPUS.split(), "Write-OctotuiMessage", "Write-OctotuiText"}
    code = re.sub(r"^\s*#.*$|'[^']*'|\"[^\"]*\"", "", text, flags=re.MULTILINE)
    opened: list[str] = []
    for each in re.findall(r"[][(){}]", code):
        if each in "([{":
            opened.append(each)
        else:
            assert opened.pop() + each in ("()", "[]", "{}")
    assert not opened
    assert "'" not in code
    assert '"' not in code


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
