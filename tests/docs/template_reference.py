"""The reference of the templates that octotui brings along: what each does, asks for, needs and sets."""

from collections.abc import Iterator

from octotui.model.toml.templates import Library, Parameter, StepTemplate
from tests.docs.markdown_table import NOTE, code, table

INTRODUCTION = """\
# Templates

A template is a named script with parameters. A step uses one by its name:

```toml
[pools.setup]
workers = ["worker1"]

[variables]
"Slack.Webhook" = { sensitive = { env = "SLACK_WEBHOOK" } }

[runbooks.tell]
[[runbooks.tell.steps]]
name = "Tell Slack"
pool = "setup"
template = "slack-message"
parameters = { Url = "#{Slack.Webhook}", Text = "*#{Octopus.Runbook.Name}* is done." }
```

Parameters are variables of that step alone, before all others, and `#{…}` in them is filled in. `shell`
chooses one of several scripts. What a template needs and a worker lacks fails the job with one sentence
that says what to install. `octotui template list` and `octotui template show NAME` say all this, too, the
scripts included.

## Your own

A template of your own is a TOML file in the folder `templates` beside the model, and comes before one of
octotui of the same name; [the model reference](model.md#templatesnametoml) has its keys, and
[checksum.toml](../configs/templates/checksum.toml) is a whole one:

```toml template
name = "Ping"
description = "Asks whether a host answers."

[parameters.Host]
help = "Its name or address."
required = true

[scripts]
bash = 'ping -c 1 "$Host"'
```

Scripts read parameters from the environment, or by `get_octopusvariable`, so that no text becomes part of
a script; `kind = "script"` is for parameters that are run, such as statements of SQL. `needs = ["curl",
"python:boto3"]` names what a worker must have, and `outputs` what later steps find. A release keeps the
template as it was when it was made.
"""


def template_reference() -> str:
    """Return the page."""
    library = Library()
    lines = [INTRODUCTION + NOTE]
    for slug in library.names:
        template = library.find(slug)
        assert template is not None, library.complaints
        lines += _section(slug, template)
    return "\n".join(lines) + "\n"


def _section(slug: str, template: StepTemplate) -> Iterator[str]:
    yield from ("", f"## {code(slug)}", "", f"{template.name}. {template.description}", "")
    yield f"Scripts for {', '.join(template.scripts)}."
    if template.needs:
        yield f"Needs {', '.join(code(each) for each in template.needs)} on the worker."
    yield ""
    head = ("Parameter", "Kind", "Default", "Meaning")
    yield from table(head, [_parameter(name, each) for name, each in template.parameters.items()])
    if template.outputs:
        rows = [(code(name), text) for name, text in template.outputs.items()]
        yield from ("", *table(("Output variable", "Meaning"), rows))


def _parameter(name: str, parameter: Parameter) -> tuple[str, str, str, str]:
    kind = " or ".join(code(each) for each in parameter.options) or parameter.kind
    default = "**required**" if parameter.required else code(parameter.default) if parameter.default else ""
    label = "" if parameter.label == name else f"{parameter.label}. "
    return code(name), kind, default, f"{label}{parameter.help}"
