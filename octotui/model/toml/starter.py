"""The commented starter file that `octotui init` writes."""

from typing import Any

from octotui.model.toml.write import toml

_PARTS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "A model of octotui. Look at it with `octotui FILE`, check it with `octotui check FILE`.",
        {"space": {"name": "My space"}},
    ),
    (
        "How many runs execute at a time, and how many jobs of one run go side by side.",
        {"engine": {"task_cap": 5, "max_parallelism": 10}},
    ),
    (
        "A pool selects one of its workers for each run, in turn.\n"
        "A bare name is a worker on this machine; [workers.NAME] says more about one.",
        {"pools": {"builders": {"workers": ["anvil", "bellows"], "default": True}}},
    ),
    (
        "Where a run takes effect.",
        {"environments": {"development": {}, "production": {"name": "Production"}}},
    ),
    (
        "Who may answer a question. List accounts of this machine as members, or let anyone answer.",
        {"teams": {"operations": {"members": []}}},
    ),
    (
        "A script says #{Name} for a value. One with a scope wins over one without.",
        {
            "variables": {
                "Greeting": ["Hello", {"value": "Careful now", "environment": "production"}],
            }
        },
    ),
    (
        "A runbook is a list of steps. This one greets on a worker of the default pool,\n"
        "asks people, and goes on with newly selected workers once they have answered.\n"
        "Start it with `octotui run FILE greet --environment development`.",
        {
            "runbooks": {
                "greet": {
                    "name": "Greet the world",
                    "steps": [
                        {
                            "name": "Say hello",
                            "script": "echo '#{Greeting} from #{Octopus.Environment.Name}'\nsleep 2\n",
                            "retries": 1,
                        },
                        {
                            "name": "Was that loud enough?",
                            "manual": {
                                "instructions": "Proceed if **everybody** heard it.",
                                "teams": ["operations"],
                            },
                        },
                        {
                            "name": "Say goodbye",
                            "script": {"shell": "python", "body": "print('Goodbye')\n"},
                            "time_limit": "30s",
                        },
                    ],
                }
            }
        },
    ),
    (
        "A step can also start a run of another runbook.",
        {
            "runbooks": {
                "greet-twice": {
                    "name": "Greet everywhere",
                    "steps": [
                        {"name": "Here", "runbook": "greet", "environment": "development"},
                        {"name": "There", "runbook": "greet", "environment": "production", "wait": False},
                    ],
                }
            }
        },
    ),
)


def starter() -> str:
    """Return a valid model in TOML with a comment on every part."""
    return "\n".join(f"{_comment(about)}{toml(tables)}" for about, tables in _PARTS)


def _comment(about: str) -> str:
    return "".join(f"# {line}\n" for line in about.split("\n"))
