"""The parameters of a template, filled in just before its script starts."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from octotui.model.process import AnyScript, Package, TemplateCall
from octotui.variables.budget import Budget
from octotui.variables.fill import Filler, escape, warnings_of
from octotui.variables.syntax.sensitive_names import SensitiveNames
from octotui.variables.template import Names


class TemplateArguments(msgspec.Struct, frozen=True):
    """Parameters as variables, which are not filled in again; values to mask, and warnings.

    `made_of_sensitive` are the names, in lower case, of those that are or contain sensitive values.
    """

    values: dict[str, str] = {}
    sensitive: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    made_of_sensitive: frozenset[str] = frozenset()


def given(
    action: AnyScript, values: Mapping[str, str], now: float | None = None, budget: Budget | None = None
) -> TemplateArguments:
    """Fill in a template's parameters with `values` and with each other; raises OverBudget."""
    if not isinstance(action, TemplateCall):
        return TemplateArguments()
    budget = budget or Budget()
    seen = {name: _beside(values, action.parameters, name) for name in action.parameters}
    filled = {name: Filler(seen[name], now, budget).fill_in(text) for name, text in action.parameters.items()}
    looked_up = {name for name, each in seen.items() if isinstance(each, SensitiveNames) and each.looked_up}
    return TemplateArguments(
        {name: escape(each.text) for name, each in filled.items()},
        tuple(filled[name].text for name in action.sensitive),
        tuple(dict.fromkeys(warning for each in filled.values() for warning in warnings_of(each))),
        frozenset(name.lower() for name in (*action.sensitive, *looked_up)),
    )


def _beside(values: Mapping[str, str], parameters: Mapping[str, str], name: str) -> Mapping[str, str]:
    """Return the variables, and other parameters whose names no variable has."""
    own = {key: text for key, text in parameters.items() if key != name and key.lower() not in values}
    if isinstance(values, SensitiveNames):
        return values.beside(own)
    if not own:
        return values
    written = values.written if isinstance(values, Names) else tuple(values)
    return Names({**own, **{key: values[key.lower()] for key in written}})


def texts(action: AnyScript) -> str:
    """Return all texts of a script that are filled in: its body and its parameters."""
    parameters = action.parameters.values() if isinstance(action, TemplateCall) else ()
    return "\n".join(("" if action.verbatim else action.body, *parameters))


def requirements(action: AnyScript) -> tuple[str, ...]:
    """Return the programs that a template's script needs on its worker."""
    return action.needs if isinstance(action, TemplateCall) else ()


_ALL_OUTPUTS = re.compile(r"\.output(?![\w.\[])", re.IGNORECASE)


def may_ask_for(script: AnyScript | None, seen: Iterable[str], output: str) -> bool:
    """Return whether a script, or a value that it sees, names an output, or iterates over all outputs.

    True for the scripts of a package, which are unknown before it is there.
    """
    if script is None or isinstance(script, Package):
        return True
    name = output.rpartition(".")[2].lower()
    return any(
        name in each.lower() or _ALL_OUTPUTS.search(each) for each in (script.body, texts(script), *seen)
    )
