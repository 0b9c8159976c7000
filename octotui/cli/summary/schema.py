"""The JSON Schema of a Summary, for who reads it in scripts."""

from typing import Any

import msgspec

from octotui.cli.summary.values import Summary

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def summary_schema() -> dict[str, Any]:
    """The schema as `octotui schema --summary` prints it; names may be added to what it describes."""
    return {"$schema": DIALECT, "title": "octotui Summary", **msgspec.json.schema(Summary)}
