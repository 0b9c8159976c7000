"""A model as TOML: read, validated, located, written, described by a JSON Schema.

Holds step templates, too; the specifications of the tables are in `specs`. Never a check across tables:
those are in `checks`.
"""
