"""The environment of a script, and hints about variables that it missed (V5, V9)."""

import re
from collections.abc import Collection, Mapping

from octotui.model.environment_names import is_passed
from octotui.workers.executor import AttemptSpec
from octotui.workers.shells import HELPERS, NEEDS
from octotui.workers.shells import environment as helpers_of

_MISSED = re.compile(
    r"unbound variable|KeyError|\b(?:not |un)set\b|\bnot (?:defined|found|present|provided|specified)\b"
    r"|\bundefined\b|\bmissing\b|\brequired\b|\bmust (?:be|have)\b|: (?:line )?\d+: (?:\S+: )?\w+: "
)
"""Messages of programs about a missing environment variable; the last is that of `${NAME:?…}`,
which in dash includes the script's name."""

_SET_BY_SHELLS = frozenset({"_", "PWD", "OLDPWD", "SHLVL"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def script_environment(
    work: AttemptSpec, surroundings: Mapping[str, str], helpers: str = HELPERS
) -> dict[str, str]:
    """Return the environment of a script on a machine whose own environment is `surroundings`.

    `helpers` is the folder of helper files there.
    """
    passed = {
        name: value
        for name, value in surroundings.items()
        if name not in work.withheld and is_passed(name, work.passed)
    }
    needs = {NEEDS: " ".join(work.needs)} if work.needs else {}
    return passed | helpers_of(work.shell, helpers, passed) | needs | work.environment


def missed(
    output: str, surroundings: Collection[str], patterns: tuple[str, ...], withheld: Collection[str]
) -> str:
    """Return a hint about variables that a failed script seems to have missed, by its output, or `""`.

    The hint is one sentence, and never includes values.
    """
    lines = filter(_MISSED.search, output.splitlines())
    names = dict.fromkeys(name for line in lines for name in _NAME.findall(line))
    there = [each for each in names if each in surroundings and each not in _SET_BY_SHELLS]
    hidden = [each for each in there if each not in withheld and not is_passed(each, patterns)]
    if hidden:
        it = "it" if len(hidden) == 1 else "them"
        return (
            f"the server has {' and '.join(hidden)}, but scripts get only a small environment:"
            f" add {it} to [engine] environment"
        )
    if secret := [each for each in there if each in withheld]:
        return (
            f"the server has {' and '.join(secret)}, but a secret is read from there, and no script gets it:"
            " use the variable that holds it"
        )
    return ""
