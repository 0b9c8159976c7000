"""The JSON Schema of a Summary, for scripts."""

from typing import Any

import msgspec

from octotui.cli.summary.values import Summary

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def summary_schema() -> dict[str, Any]:
    """Return the schema that `octotui schema --summary` prints; names may be added later."""
    return {"$schema": DIALECT, "title": "octotui Summary", **msgspec.json.schema(Summary)}
