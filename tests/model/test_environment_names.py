"""V5, V9: which names a script finds in its environment."""

import pytest

from octotui.model.environment_names import PASSED, environment_name, is_passed, is_reserved

CODE = """LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT GLIBC_TUNABLES GCONV_PATH LOCPATH BASH_ENV ENV SHELLOPTS
BASHOPTS PS4 IFS PATH CDPATH GLOBIGNORE FUNCNEST TMOUT POSIXLY_CORRECT PROMPT_COMMAND BASH_FUNC_x
OCTOTUI_BASH_ENV PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONINSPECT PYTHONWARNINGS PERL5OPT PERL5LIB
PERL5DB RUBYOPT RUBYLIB NODE_OPTIONS NODE_PATH JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS CLASSPATH GIT_SSH
GIT_SSH_COMMAND GIT_EXEC_PATH GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_EXTERNAL_DIFF GIT_ASKPASS
GIT_PROXY_COMMAND GIT_TEMPLATE_DIR SSH_ASKPASS OPENSSL_CONF OPENSSL_MODULES PSModulePath
DOTNET_STARTUP_HOOKS DOTNET_ROOT CORECLR_PROFILER LESSOPEN PAGER EDITOR MAKEFLAGS TAR_OPTIONS
LUA_INIT PHPRC XDG_CONFIG_HOME XDG_DATA_HOME ICU_DATA MUSL_LOCPATH
TERM TZ http_proxy HTTPS_PROXY LOGNAME LC_ALL LANG HOME SHELL USER TMPDIR RANDOM UID SECONDS LINENO OPTIND"""


@pytest.mark.parametrize("name", CODE.split())
def test_v9_no_value_of_a_run_has_a_name_that_programs_go_by(name: str) -> None:
    assert is_reserved(name)
    for written in (name, name.replace("_", "."), f"__{name}__", f" {name} "):
        assert environment_name(written) == f"_{name}"


ORDINARY = """
Path PATHS MY_PATH HOMEPAGE USERNAME PS1x Env Environment GIT_BRANCH GIT_COMMIT NODE_ENV AWS_REGION
JAVA_HOME KUBECONFIG TZNAME TERMS HTTP_PROXY_HOST XDG DOTNET_ENVIRONMENT PSQL_HOST PERLMAN
RUBY_VERSION COMP_NAME Octopus_Step_Name LESS MAKE LANGUAGES LCD PORT HOST HOSTNAME"""


@pytest.mark.parametrize("name", ORDINARY.split())
def test_v9_other_names_stay(name: str) -> None:
    assert not is_reserved(name)
    assert environment_name(name) == name


def test_v5_scripts_get_few_names_and_those_that_patterns_name() -> None:
    for name in ("PATH", "HOME", "LC_ALL", "LC_CTYPE", "no_proxy", "ALL_PROXY", "TERM"):
        assert is_passed(name)
    for name in ("AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "PATHS", "XPATH", "lang", "LCX", "LD_PRELOAD", ""):
        assert not is_passed(name)
    assert is_passed("AWS_PROFILE", ("AWS_*",))
    assert is_passed("SSH_AUTH_SOCK", ("AWS_*", "SSH_AUTH_SOCK"))
    assert not is_passed("SSH_AUTH_SOCKET", ("SSH_AUTH_SOCK",))
    assert not is_passed("XAWS_A", ("AWS_*",))
    assert not is_passed("AXB", ("A.B",))
    assert is_passed("A1Z", ("A*Z",))
    assert len(set(PASSED)) == len(PASSED)
