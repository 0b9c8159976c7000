import shutil
from pathlib import Path

import pytest

from octotui.model.environment_names import environment_name
from octotui.runtime.jobs.service_message_types import (
    CreateArtifact,
    Fail,
    Level,
    Mask,
    Message,
    Other,
    ProgressMessage,
    SetVariable,
)
from tests.workers.scripts import run, run_with

PWSH = pytest.param(
    "pwsh",
    marks=pytest.mark.skipif(shutil.which("pwsh") is None, reason="PowerShell is not on this machine"),
)
ALL_SHELLS = pytest.mark.parametrize("shell", ["bash", "sh", "python", PWSH])

NAMES = [
    "Site.Url",
    "Octopus.Action[Step One].Output[web-1].Größe",
    "1st",
    "__a__",
    "a._b",
    "a..b",
    "a__b",
    "ü.x.",
    "name",
]


def test_v7_every_variable_is_found_by_its_own_name_in_bash(tmp_path: Path) -> None:
    script = "\n".join(f"get_octopusvariable '{name}'; echo" for name in NAMES)
    known = {environment_name(name): f"of  {environment_name(name)}" for name in NAMES}
    wanted = "".join(f"of  {environment_name(name)}\n" for name in NAMES)
    assert run("bash", tmp_path, "set -euo pipefail; IFS=x\n" + script, **known).visible == wanted


def test_v7_every_variable_is_found_by_its_own_name_in_python(tmp_path: Path) -> None:
    script = f"for name in {NAMES!r}: print(get_octopusvariable(name), name in octopusvariables)"
    known = {environment_name(name): environment_name(name) for name in NAMES}
    wanted = "".join(f"{environment_name(name)} True\n" for name in NAMES)
    assert run("python", tmp_path, script, **known).visible == wanted


def test_v7_an_unknown_variable_is_empty_in_bash_and_an_error_in_python(tmp_path: Path) -> None:
    assert (
        run(
            "bash", tmp_path, 'set -u; echo "<$(get_octopusvariable No.Such)>"; get_octopusvariable ""'
        ).visible
        == "<>\n\n"
    )
    ran = run("python", tmp_path, "print('No.Such' in octopusvariables)\nget_octopusvariable('No.Such')")
    assert (ran.code, ran.visible) == (1, "False\n")
    assert "KeyError: 'No.Such'" in ran.errors


VALUES = {
    "Db.Name": "dotted",
    "Db_Name": "plain",
    "Db Name": "spaced",
    "PATH": "mine",
    "RANDOM": "4",
    "PERL5OPT": "-Mmine",
    "Two\nlines": "one\n\ttwo\n\n",
    "it's": "'quoted' \"twice\" $HOME `id` \\n \\0101 %s",
    "back\\slash": "\\",
    "Grün[*?.]+": "ö",
    "-n": "-e",
    "Empty": "",
    "Large": "x" * 200_000,
    "Octopus.Action[A b].Output.X": "of A",
}
PRINT = {
    "bash": 'set -eu; IFS=x; set -f; shopt -s nocasematch; get_octopusvariable "$NAME"',
    "sh": 'set -eu; IFS=x; set -f; get_octopusvariable "$NAME"',
    "python": "import os; print(get_octopusvariable(os.environ['NAME']), end='')",
    "pwsh": "[Console]::Out.Write($OctopusParameters[$env:NAME])",
}


@ALL_SHELLS
def test_v9_every_value_is_read_by_its_exact_name_without_regard_to_case(shell: str, tmp_path: Path) -> None:
    """Whatever its name is and holds, and whatever the environment has by a name that is like it."""
    environment = {"Db_Name": "hostile", "_PATH": "hostile", "RANDOM": "hostile", "_PERL5OPT": "hostile"}
    for name, value in VALUES.items():
        for written in (name, name.upper(), name.lower()):
            ran = run_with(shell, tmp_path, PRINT[shell], VALUES, NAME=written, **environment)
            assert (ran.code, ran.visible, ran.errors) == (0, value, ""), (name, written)


@ALL_SHELLS
def test_v9_no_value_is_read_by_a_name_that_is_like_its_own(shell: str, tmp_path: Path) -> None:
    for name in ("Db-Name", "Home", "HOME", "Db.*", "Db.Nam", "D[b].Name", "Grün[", "slash", ""):
        ran = run_with(shell, tmp_path, PRINT[shell], VALUES, NAME=name, Db_Name="hostile")
        assert ran.visible.strip() == ""
        assert (ran.code, "KeyError" in ran.errors) == ((1, True) if shell == "python" else (0, False))


def test_v9_a_value_with_a_nul_is_whole_in_a_file_and_what_a_shell_drops_is_said(tmp_path: Path) -> None:
    """Nothing else fails of it."""
    values = {"Nul": "a\0b", "Other": "fine"}
    script = """set -eu
get_octopusvariable nul >out 2>said
value=$(get_octopusvariable Nul 2>/dev/null)
echo "$value $(get_octopusvariable other)"
"""
    for shell in ("bash", "sh"):
        ran = run_with(shell, tmp_path, script, values)
        assert (ran.code, ran.visible) == (0, "ab fine\n")
        assert (tmp_path / "out").read_bytes() == b"a\0b"
        said = (tmp_path / "said").read_text()
        assert said.startswith("the value of Nul holds a NUL, which no variable of a shell can")
        assert len(said.splitlines()) == 1
    ran = run_with("python", tmp_path, "print(repr(get_octopusvariable('NUL')))", values)
    assert ran.visible == "'a\\x00b'\n"


def test_v9_a_value_that_is_no_utf_8_stays_as_it_is(tmp_path: Path) -> None:
    for shell in ("bash", "sh"):
        run_with(shell, tmp_path, "get_octopusvariable Bytes >out", {"Bytes": "\udcff\udcfe\x01\x7f"})
        assert (tmp_path / "out").read_bytes() == b"\xff\xfe\x01\x7f"
    script = "import os\nopen('out', 'wb').write(os.fsencode(get_octopusvariable('Bytes')))"
    run_with("python", tmp_path, script, {"Bytes": "\udcff\udcfe"})
    assert (tmp_path / "out").read_bytes() == b"\xff\xfe"


def test_v9_a_look_up_leaves_the_script_as_it_is(tmp_path: Path) -> None:
    """It has no variable and no option of it, and a traced script does not print all values."""
    script = """set -x
name=mine; get_octopusvariable Big >/dev/null
set +x
echo "$name $-"; set | grep -c "^__octotui_[nc]" """
    values = {"Big": "x" * 50_000, "Other": "y" * 50_000}
    for shell, options in (("bash", "hB"), ("sh", "c?")):
        ran = run_with(shell, tmp_path, script, values)
        first, count = ran.visible.splitlines()
        assert (first.split()[0], count) == ("mine", "0")
        assert set(first.split()[1:] or [""]).issubset({"", "hB", "c", options})
        assert len(ran.errors) < 1000


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_v9_values_that_are_gone_are_said_to_be(shell: str, tmp_path: Path) -> None:
    ran = run_with(shell, tmp_path, 'rm values; get_octopusvariable A; echo "$?"', {"A": "b"})
    assert ran.visible == "1\n"
    assert ran.errors.startswith(f"get_octopusvariable cannot read {tmp_path}/values: ")


def test_v9_a_python_script_has_all_variables_and_sets_one_in_any_case(tmp_path: Path) -> None:
    script = """print(sorted(octopusvariables), 'db.NAME' in octopusvariables)
set_octopusvariable('db.name', 'new')
print(octopusvariables['DB.Name'], len(octopusvariables), octopusvariables.get('No', 1))"""
    ran = run_with("python", tmp_path, script, {"Db.Name": "a", "B": "b"})
    assert ran.visible == "['B', 'Db.Name'] True\nnew 2 1\n"


def test_v9_a_script_that_an_earlier_version_started_reads_its_environment(tmp_path: Path) -> None:
    """R4: what is here now are the new functions."""
    read = {
        "bash": "set -eu; for name in PERL5OPT Own Home.Page; do get_octopusvariable $name; done",
        "python": "print(*map(get_octopusvariable, ('PERL5OPT', 'Own', 'Home.Page')), sep='')",
    }
    known = {"_PERL5OPT": "mine,", "PERL5OPT": "", "Own": "own,", "Home_Page": "page"}
    for shell, script in read.items():
        assert run(shell, tmp_path, script, **known).visible.strip() == "mine,own,page"


SET = {
    "bash": [
        "set_octopusvariable Url 'a  b'$'\\n''ö'",
        "set_octopusvariable Url s3cret -sensitive",
        "set_octopusvariable Url ''",
    ],
    "python": [
        "set_octopusvariable('Url', 'a  b\\nö')",
        "set_octopusvariable('Url', 's3cret', True)",
        "set_octopusvariable('Url', '')",
    ],
    "pwsh": [
        "Set-OctopusVariable 'Url' \"a  b`nö\"",
        "Set-OctopusVariable -name Url -value s3cret -sensitive",
        "Set-OctopusVariable Url ''",
    ],
}


SET["sh"] = ["set_octopusvariable Url 'a  b\nö'", *SET["bash"][1:]]


@ALL_SHELLS
def test_v7_a_script_sets_output_variables(shell: str, tmp_path: Path) -> None:
    ran = run(shell, tmp_path, "\n".join(SET[shell]))
    assert ran.said == [
        SetVariable(at=0, name="Url", value="a  b\nö"),
        SetVariable(at=0, name="Url", value="s3cret", sensitive=True),
        SetVariable(at=0, name="Url", value=""),
    ]
    assert (ran.code, ran.visible, ran.errors) == (0, "", "")


def test_v7_a_large_value_can_be_set_in_bash(tmp_path: Path) -> None:
    ran = run("bash", tmp_path, 'set_octopusvariable Large "$(head -c 500000 /dev/zero | tr "\\0" x)"')
    assert ran.the_one() == SetVariable(at=0, name="Large", value="x" * 500_000)


def test_v7_a_variable_that_python_sets_is_known_to_it(tmp_path: Path) -> None:
    script = "set_octopusvariable('Count', 3)\nprint(get_octopusvariable('Count'))"
    assert run("python", tmp_path, script).visible == "3\n"


ARTIFACT = {
    "bash": """new_octopusartifact 'the log.txt'
        new_octopusartifact "$PWD/the log.txt" other.txt
        new_octopusartifact .""",
    "python": """createartifact('the log.txt')
createartifact(os.path.abspath('the log.txt'), 'other.txt')
createartifact('.', '.')""",
    "pwsh": """New-OctopusArtifact 'the log.txt'
        New-OctopusArtifact "$PWD/the log.txt" other.txt
        New-OctopusArtifact . .""",
}


ARTIFACT["sh"] = ARTIFACT["bash"]


@ALL_SHELLS
def test_v7_a_script_keeps_artifacts(shell: str, tmp_path: Path) -> None:
    (tmp_path / "the log.txt").write_text("four", encoding="utf-8")
    ran = run(shell, tmp_path, ARTIFACT[shell])
    kept = [each for each in ran.said if isinstance(each, CreateArtifact)]
    path = str(tmp_path / "the log.txt")
    assert [(each.path, each.name, each.length) for each in kept[:2]] == [
        (path, "the log.txt", 4),
        (path, "other.txt", 4),
    ]
    assert (Path(kept[2].path), kept[2].name, kept[2].length) == (tmp_path, ".", 0)
    assert (ran.code, ran.errors) == (0, "")


def test_v7_an_artifact_that_is_not_there_ends_a_bash_script(tmp_path: Path) -> None:
    ran = run("bash", tmp_path, "new_octopusartifact missing.txt; echo not here")
    assert (ran.code, ran.said, ran.visible) == (1, [], "")
    assert ran.errors == "There is no file missing.txt to keep as an artifact\n"


PROGRESS = {
    "bash": 'update_progress 10; update_progress 50 "Woah, we\'re halfway"',
    "python": 'updateprogress(10); updateprogress(50, "Woah, we\'re halfway")',
    "pwsh": 'Update-Progress 10; Update-Progress 50 "Woah, we\'re halfway"',
}


PROGRESS["sh"] = PROGRESS["bash"]


@ALL_SHELLS
def test_v7_a_script_tells_its_progress(shell: str, tmp_path: Path) -> None:
    half = ProgressMessage(at=0, percentage=50, message="Woah, we're halfway")
    assert run(shell, tmp_path, PROGRESS[shell]).said == [ProgressMessage(at=0, percentage=10), half]


WRITTEN = {"bash": "set -eu; write_{} 'a  * b'", "python": "print{}('a  * b')", "pwsh": "Write-{} 'a  * b'"}


WRITTEN["sh"] = WRITTEN["bash"]


@ALL_SHELLS
@pytest.mark.parametrize("level", ["verbose", "highlight", "wait", "warning"])
def test_v7_a_script_writes_texts_of_every_level(shell: str, level: str, tmp_path: Path) -> None:
    ran = run(shell, tmp_path, WRITTEN[shell].format(level))
    assert ran.visible == "a  * b\n"
    assert ran.said == [
        Level(at=0, stream="stdout", level=level),
        Level(at=len(ran.visible), stream="stdout", level="default"),
    ]


FAIL = {
    "bash": ("fail_step", "fail_step 'no disk'", 1),
    "python": ("failstep()", "failstep('no disk')", 255),
    "pwsh": ("Fail-Step", "Fail-Step 'no disk'", 255),
}


FAIL["sh"] = FAIL["bash"]


@ALL_SHELLS
def test_v7_a_script_fails_its_step(shell: str, tmp_path: Path) -> None:
    without, reasoned, code = FAIL[shell]
    ran = run(shell, tmp_path, f"{without}\nnever")
    assert (ran.code, ran.said, ran.visible, ran.errors) == (code, [], "", "")
    ran = run(shell, tmp_path, f"{reasoned}\nnever")
    assert (ran.code, ran.said, ran.visible, ran.errors) == (code, [Fail(at=0, message="no disk")], "", "")


def test_v7_a_health_check_says_how_its_machine_is(tmp_path: Path) -> None:
    ran = run("bash", tmp_path, "set -eu; echo_warning 'old'; fail_healthcheck 'no disk'; echo never")
    assert (ran.code, ran.visible, ran.errors) == (1, "old\nno disk\n", "")
    levels = [each.level for each in ran.said if isinstance(each, Level)]
    assert levels == ["warning", "default", "error", "default"]
    assert ran.said[-1] == Fail(at=len(ran.visible), message="no disk")


@pytest.mark.parametrize("shell", ["bash", "sh"])
@pytest.mark.parametrize("name", ["LC_ALL", "name", "key", "pairs", "value"])
def test_v9_a_name_that_the_script_makes_read_only_hides_no_value(
    shell: str, name: str, tmp_path: Path
) -> None:
    script = f"""set -eu
    readonly {name}=C.UTF-8
    set_octopusvariable Found "$(get_octopusvariable "Größe des Bauchs")"
    new_octopustarget -n web-2 --roles "a,b"
    """
    ran = run_with(shell, tmp_path, script, {"größe DES bauchs": "sehr groß"})
    assert (ran.code, ran.errors) == (0, "")
    found, target = ran.said
    assert isinstance(found, SetVariable)
    assert found.value == "sehr groß"
    assert target == Other(
        at=0, name="createStepPackageTarget", values={"name": "web-2", "octopusroles": "a,b"}
    )


def test_v9_so_does_a_script_that_an_earlier_version_started(tmp_path: Path) -> None:
    """V9: it has its values in the environment alone."""
    script = "set -eu\nreadonly LC_ALL=C.UTF-8\nget_octopusvariable Octopus.Name"
    ran = run("bash", tmp_path, script, Octopus_Name="squid")
    assert (ran.code, ran.visible, ran.errors) == (0, "squid", "")


def test_v7_bash_in_posix_mode_has_the_helpers_once_it_sources_them(tmp_path: Path) -> None:
    """V7: it reads no BASH_ENV; all functions are there but the one whose name POSIX does not allow."""
    own = tmp_path / "own.sh"
    own.write_text(
        """set -eu
        . "$BASH_ENV"
        set_octopusvariable A "$(get_octopusvariable Name)"
        report_kubernetes_manifest "kind: A
---
kind: B
" prod
        report_kubernetes_manifest ""
        remove_octopustarget web-1
        """
    )
    ran = run_with("bash", tmp_path, f"bash --posix {own}", {"Name": "b"})
    assert (ran.code, ran.errors) == (0, "")
    variable, first, second, removed = ran.said
    assert isinstance(variable, SetVariable)
    assert variable.value == "b"
    assert first == Other(at=0, name="k8s-manifest-applied", values={"manifest": "kind: A\n", "ns": "prod"})
    assert second == Other(at=0, name="k8s-manifest-applied", values={"manifest": "kind: B\n", "ns": "prod"})
    assert removed == Other(at=0, name="delete-target", values={"machine": "web-1"})


def test_v7_bash_has_octopuss_other_functions_too(tmp_path: Path) -> None:
    script = """set -euo pipefail
    [ "$(decode_servicemessagevalue "$(encode_servicemessagevalue 'ö b')")" = 'ö b' ]
    echo "##octopus[mask value='$(encode_servicemessagevalue s3cret)']"
    remove-octopustarget web-1
    new_octopustarget -n web-2 --roles "a,b" --update-if-existing
    report_kubernetes_manifest $'kind: A\\n---\\nkind: B' prod
    new_octopustarget --no-such && exit 9
    """
    ran = run("bash", tmp_path, script)
    target = {"name": "web-2", "octopusroles": "a,b", "updateifexisting": "true"}
    wanted: list[Message] = [
        Mask(at=0, value="s3cret"),
        Other(at=0, name="delete-target", values={"machine": "web-1"}),
        Other(at=0, name="createStepPackageTarget", values=target),
        Other(at=0, name="k8s-manifest-applied", values={"manifest": "kind: A\n", "ns": "prod"}),
        Other(at=0, name="k8s-manifest-applied", values={"manifest": "kind: B\n", "ns": "prod"}),
    ]
    assert ran.said == wanted
    assert (ran.code, ran.errors) == (1, "new_octopustarget has no option --no-such\n")


BOTH = pytest.mark.parametrize("shell", ["bash", "sh"])


def test_v7_functions_are_whole_once_one_is_called(tmp_path: Path) -> None:
    """None is left that reads them again."""
    ran = run("bash", tmp_path, "echo_error x >/dev/null; declare -f")
    assert (ran.code, ran.errors) == (0, "")
    assert "remove_octopustarget ()" in ran.visible
    assert "__octotui echo_error" not in ran.visible
    assert '__octotui update_progress "$@"' not in ran.visible


@BOTH
def test_v7_functions_are_read_without_a_word(shell: str, tmp_path: Path) -> None:
    """Also where the shell prints what it reads."""
    ran = run(shell, tmp_path, "set -euv\nupdate_progress 5\nfail_step why\n")
    assert ran.code == 1
    assert ran.said == [ProgressMessage(at=0, percentage=5), Fail(at=0, message="why")]
    assert ran.errors.splitlines() == ["update_progress 5", "fail_step why"]


@BOTH
def test_v7_functions_that_are_gone_say_so(shell: str, tmp_path: Path) -> None:
    """As where octotui is installed anew while a script runs."""
    ran = run(shell, tmp_path, "__octotui_functions=/gone/f\nset_octopusvariable A B || echo code $?\n")
    assert (ran.code, ran.visible) == (0, "code 1\n")
    assert ran.errors == "set_octopusvariable cannot be called: octotui's /gone/f cannot be read any more\n"
