"""What a step says to its template, filled in just before the script starts."""

from collections.abc import Mapping

import msgspec

from octotui.model.process import Script, TemplateCall
from octotui.variables.budget import Budget
from octotui.variables.fill import Filler, escape, warnings_of
from octotui.workers import shells


class TemplateArguments(msgspec.Struct, frozen=True):
    """The parameters as variables, which are not filled in again; what to mask, and what to warn of."""

    values: dict[str, str] = {}
    sensitive: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def given(
    action: Script, values: Mapping[str, str], now: float | None = None, budget: Budget | None = None
) -> TemplateArguments:
    """The parameters of a step's template, filled in with `values`, so that `Url = "#{Url}"` may stand.

    Raises OverBudget.
    """
    if not isinstance(action, TemplateCall):
        return TemplateArguments()
    filler = Filler(values, now, budget)
    filled = {name: filler.fill_in(text) for name, text in action.parameters.items()}
    return TemplateArguments(
        {name: escape(each.text) for name, each in filled.items()},
        tuple(filled[name].text for name in action.sensitive),
        tuple(dict.fromkeys(warning for each in filled.values() for warning in warnings_of(each))),
    )


def texts(action: Script) -> str:
    """All that is filled in for a script: its body, and its parameters."""
    parameters = action.parameters.values() if isinstance(action, TemplateCall) else ()
    return "\n".join((action.body, *parameters))


def requirements(action: Script) -> str:
    """The line before a template's script that ends it where its worker lacks something."""
    needs = action.needs if isinstance(action, TemplateCall) else ()
    return shells.requirements(action.shell, needs) if needs else ""
