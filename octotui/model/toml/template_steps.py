"""Steps that use a template: conversion to an action, and checks of their arguments."""

from typing import Any

from octotui.model.complaints import Keys, Report, did_you_mean, listing
from octotui.model.text_files import plain_lines
from octotui.model.toml.templates import Library, StepTemplate, problem_with


def templated(step: dict[str, Any], at: Keys, report: Report, library: Library) -> dict[str, Any]:
    """Convert a step with `template` to an action; a value that is reported gets a placeholder."""
    slug = step["template"]
    arguments: dict[str, str] = step.get("parameters", {})
    action = {"kind": "template", "template": slug, "body": "", "parameters": arguments}
    if library.file(slug) is None:
        report((*at, "template"), f'There is no template "{slug}"{did_you_mean(slug, library.names)}')
    template = library.find(slug)
    if template is None:
        return action
    shell = step.get("shell", next(iter(template.scripts)))
    if shell not in template.scripts:
        offered = listing(list(template.scripts))
        report((*at, "shell"), f'The template "{slug}" has no script for {shell}; it has {offered}.')
    _check(arguments, template, at, report)
    defaults = {name: parameter.default for name, parameter in template.parameters.items()}
    return action | {
        "body": plain_lines(template.scripts.get(shell, "")),
        "shell": shell,
        "verbatim": template.verbatim,
        "parameters": defaults | arguments,
        "sensitive": [name for name, each in template.parameters.items() if each.kind == "sensitive"],
        "executed": [name for name, each in template.parameters.items() if each.kind == "script"],
        "needs": template.needs,
    }


def _check(arguments: dict[str, str], template: StepTemplate, at: Keys, report: Report) -> None:
    """Report unknown, missing and invalid parameters."""
    for name, text in arguments.items():
        parameter = template.parameters.get(name)
        if parameter is None:
            meant = did_you_mean(name, template.parameters)
            report((*at, "parameters", name), f'The template has no parameter "{name}"{meant}')
        elif (problem := problem_with(parameter, text)) is not None:
            report((*at, "parameters", name), problem)
    for name, parameter in template.parameters.items():
        if parameter.required and not arguments.get(name):
            report((*at, "parameters", name), "The template requires it; say what to use.")
