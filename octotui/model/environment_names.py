"""Names of environment variables: those that scripts inherit, and those reserved from variables of a run."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

PASSED = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_*", "TZ", "TMPDIR", "TERM"),
    *("http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
)
"""Variables that scripts always inherit from the environment of their machine."""

_SYSTEM = r"""
    PATH|HOME|SHELL|USER|LOGNAME|PWD|OLDPWD|TMPDIR|LANG|LANGUAGE|LC_\w+
    |(?:LD|DYLD)\w*|(?:MALLOC|GLIBC|RLD)_\w+|GCONV_PATH|GETCONF_DIR|LOCPATH|NLSPATH|NIS_PATH|TZDIR|SHLIB_PATH|LIBPATH
    |HOSTALIASES|LOCALDOMAIN|RES_OPTIONS|RESOLV_\w+|TERMINFO|TERMINFO_DIRS|TERMCAP|TERMPATH
    |OPENSSL_(?:CONF|CONF_INCLUDE|ENGINES|MODULES)|MUSL_\w+|ICU_DATA|CLR_\w+|XDG_\w+"""
"""Variables that configure the loader and the system's libraries."""

_SHELLS = r"""
    |IFS|ENV|CDPATH|PS[0-4]|SHELLOPTS|POSIXLY_CORRECT|GLOBIGNORE|GLOBSORT|EXECIGNORE|FIGNORE|FPATH|TMOUT|TIMEFORMAT
    |PROMPT_COMMAND|MAILPATH|INPUTRC|HISTFILE|ZDOTDIR|NULLCMD|READNULLCMD|KSH_\w+|BASH\w*|OCTOTUI\w*
    |OPTIND|OPTARG|OPTERR|RANDOM|SRANDOM|SECONDS|LINENO|EPOCHSECONDS|EPOCHREALTIME|UID|EUID|PPID|GROUPS|SHLVL
    |DIRSTACK|FUNCNAME|FUNCNEST|PIPESTATUS|HISTCMD|COMP_WORDBREAKS|CHILD_MAX
    |PS(?:Module|_Module|Native|_Native)\w*|OFS|POWERSHELL_\w+|CORECLR_\w+|COMP[Ll][Uu][Ss]_\w+
    |DOTNET_(?!ENVIRONMENT$|CLI_)\w+"""
"""Variables that configure shells, or that shells set."""

_PROGRAMS = r"""
    |PYTHON\w*|PERL(?:5OPT|5LIB|LIB|5DB|5SHELL|IO|IO_DEBUG|_UNICODE)|RUBY(?:OPT|LIB|SHELL)|NODE_(?:OPTIONS|PATH)
    |JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|LUA_(?:INIT|PATH|CPATH)\w*|PHPRC|PHP_INI_SCAN_DIR|R_PROFILE\w*
    |AWKPATH|AWKLIBPATH|TCLLIBPATH|GUILE_LOAD_\w+|PSQLRC|CURL_HOME|WGETRC|SYSTEM_WGETRC|TAR_OPTIONS|GREP_OPTIONS
    |MAKEFLAGS|MAKEFILES|GNUMAKEFLAGS|RSYNC_RSH|CVS_RSH|SVN_SSH|HGRCPATH|EDITOR|VISUAL|PAGER|MANPAGER
    |LESSOPEN|LESSCLOSE|SSH_ASKPASS\w*|SUDO_ASKPASS|SUDO_EDITOR
    |GIT_(?:ASKPASS|CONFIG\w*|DIR|EDITOR|EXEC_PATH|EXTERNAL_DIFF|PAGER|PROXY_COMMAND|PROXY_SSL\w*|SEQUENCE_EDITOR
           |SSH|SSH_COMMAND|SSH_VARIANT|TEMPLATE_DIR|TRACE\w*)"""
"""Variables that make programs load code or run other programs."""


@cache
def _reserved() -> re.Pattern[str]:
    return re.compile(_SYSTEM + _SHELLS + _PROGRAMS, re.VERBOSE)


def is_reserved(name: str) -> bool:
    """Return whether no variable of a run may have this name in the environment of its script.

    It configures programs, or every script inherits it from the machine.
    """
    return _reserved().fullmatch(name) is not None or is_passed(name)


@lru_cache(maxsize=4096)  # jobs set variables, too
def environment_name(name: str) -> str:
    """Return a variable's name as an environment variable: `Octopus_Step_Name`; nothing for `...`.

    A reserved name is prefixed with an underscore: a variable `PATH` is `_PATH`.
    """
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")
    return f"_{plain}" if plain[:1].isdigit() or is_reserved(plain) else plain


def is_passed(name: str, patterns: Iterable[str] = ()) -> bool:
    """Return whether scripts inherit this variable of their machine, by default or by a pattern."""
    return _matching(tuple(patterns)).fullmatch(name) is not None


@lru_cache(maxsize=64)
def _matching(patterns: tuple[str, ...]) -> re.Pattern[str]:
    parts = (re.escape(pattern).replace(r"\*", ".*") for pattern in (*PASSED, *patterns))
    return re.compile("|".join(parts), re.DOTALL)
