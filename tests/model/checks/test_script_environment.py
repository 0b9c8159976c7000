from pathlib import Path

import pytest

from octotui.cli.model_files import read_with_warnings
from octotui.model.complaints import ModelError
from tests.model.texts import write

SPACE = '[space]\nname = "Test"\n'


def warnings(folder: Path, text: str) -> list[str]:
    _, found = read_with_warnings(write(folder, SPACE + text))
    return [f"{each.line}: {each.key}: {each.message}" for each in found]


def test_v5_a_pattern_gives_no_script_what_a_secret_is_read_from(tmp_path: Path) -> None:
    text = """[engine]
environment = ["SSH_AUTH_SOCK", "AWS_*", "FEED_*", "PATH"]
[variables]
Key = { sensitive = { env = "AWS_SECRET_ACCESS_KEY" } }
[feeds.own]
url = "https://feeds.example/"
token_env = "FEED_TOKEN"
"""
    assert warnings(tmp_path, text) == [
        "4: engine.environment[2]: Scripts are not given AWS_SECRET_ACCESS_KEY all the same: "
        "variables.Key.sensitive.env is read from it.",
        "4: engine.environment[3]: Scripts are not given FEED_TOKEN all the same: "
        "feeds.own.token_env is read from it.",
        "4: engine.environment[4]: Scripts are given this anyway; remove it.",
    ]


def test_v5_a_secret_that_is_read_from_what_programs_need_is_warned_of(tmp_path: Path) -> None:
    assert warnings(tmp_path, '[variables]\nX = { sensitive = { env = "HTTPS_PROXY" } }\n') == [
        "4: variables.X.sensitive.env: Scripts are not given HTTPS_PROXY then, which many programs need; "
        "read it from another."
    ]


def test_v9_a_variable_called_as_programs_settings_are_is_warned_of(tmp_path: Path) -> None:
    text = (
        '[variables]\nPERL5OPT = "x"\n"LD.Preload" = "y"\n"Git.Branch" = "z"\n[variable_sets.s]\nIFS = "w"\n'
    )
    assert warnings(tmp_path, text) == [
        "4: variables.PERL5OPT: Programs go by this name, so that scripts have it as $_PERL5OPT; "
        "call it otherwise.",
        '5: variables."LD.Preload": Programs go by this name, so that scripts have it as $_LD_Preload; '
        "call it otherwise.",
        "8: variable_sets.s.IFS: Programs go by this name, so that scripts have it as $_IFS; "
        "call it otherwise.",
    ]


@pytest.mark.parametrize(
    "pattern", ["*", "_X", "*_TOKEN", "A B", "A=B", "1A", "", "[A]", "A?", "Ä", "${A}", "A-B"]
)
def test_v5_a_pattern_that_is_none_is_refused(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(ModelError, match="Expected the name of an environment variable"):
        read_with_warnings(write(tmp_path, f'{SPACE}[engine]\nenvironment = ["{pattern}"]\n'))
