"""The JSON Schema of a model, for editors that complete and check TOML."""

from typing import Any

from octotui.model.toml.specs.space_spec import MODEL
from octotui.model.toml.specs.spec import AlternativeSpec, KeyedSpec, ListSpec, ScalarSpec, Spec, TableSpec


def schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) of one TOML file of a model."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A model of octotui: pools, workers, environments, projects and runbooks",
        **_schema(MODEL),
    }


def _schema(shape: Spec) -> dict[str, Any]:
    match shape:
        case ScalarSpec():
            return dict(shape.schema)
        case TableSpec():
            return _record(shape)
        case KeyedSpec():
            names = {"propertyNames": _schema(shape.key)}
            return {"type": "object", **names, "additionalProperties": _schema(shape.of)}
        case ListSpec():
            items = _schema(shape.of)
            unique = {"uniqueItems": True} if isinstance(shape.of, ScalarSpec) and not shape.repeats else {}
            least = {"minItems": shape.least} if shape.least else {}
            several = {"type": "array", "items": items, **unique, **least}
            return {"anyOf": [several, items]} if shape.alone else several
        case AlternativeSpec():
            return {"anyOf": [_schema(shape.leaf), _schema(shape.record)]}


def _record(record: TableSpec) -> dict[str, Any]:
    """Return the schema of a table, with the constraints between its keys."""
    keys = record.keys.items()
    about = {
        name: {"description": key.about, **_default(record, name), **_schema(key.shape)} for name, key in keys
    }
    schema: dict[str, Any] = {"type": "object", "properties": about, "additionalProperties": False}
    if required := [name for name, key in keys if key.required]:
        schema["required"] = required
    if needs := {name: [key.only_with] for name, key in keys if key.only_with}:
        schema["dependentRequired"] = needs
    if apart := [_not_both(name, other) for name, key in keys for other in key.not_with]:
        schema["allOf"] = apart
    if record.one_of:
        schema["oneOf"] = [{"required": [name]} for name in record.one_of]
    return schema


def _default(record: TableSpec, name: str) -> dict[str, Any]:
    default = record.default(name)
    return {} if default is None else {"default": default}


def _not_both(name: str, other: str) -> dict[str, Any]:
    return {"not": {"required": [name, other]}}
