"""Warnings about environment variables that scripts do not inherit (V5, V9)."""

from octotui.model.complaints import InsideReport, SourcePosition, key_text
from octotui.model.environment_names import PASSED, environment_name, is_passed, is_reserved
from octotui.model.iteration import environment_sources, variables
from octotui.model.space import Model

_START = SourcePosition(1, 1)


def warn_of_script_environment(model: Model, report: InsideReport) -> None:
    """Warn of patterns that match the source of a secret, and of variables with reserved names."""
    sources = environment_sources(model)
    for source, at in sources.items():
        if is_passed(source):
            sentence = f"Scripts are not given {source} then, which many programs need; read it from another."
            report(at, sentence, _START)
    for index, pattern in enumerate(model.engine.environment):
        hidden = [source for source in sources if is_passed(source, (pattern,)) and not is_passed(source)]
        if hidden:
            where = key_text(sources[hidden[0]], {})
            sentence = f"Scripts are not given {' or '.join(hidden)} all the same: {where} is read from it."
            report(("engine", "environment", index), sentence, _START)
        elif pattern in PASSED:
            report(("engine", "environment", index), "Scripts are given this anyway; remove it.", _START)
    for at, _ in variables(model):
        name = environment_name(str(at[-1]))
        if is_reserved(name.removeprefix("_")):
            sentence = f"Programs go by this name, so that scripts have it as ${name}; call it otherwise."
            report(at, sentence, _START)
