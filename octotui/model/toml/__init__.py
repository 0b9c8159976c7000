"""A model as TOML: read, validated, located, written, described by a JSON Schema.

Holds the specifications of tables, from which reader, writer and schema derive, and step templates. Never
a check across tables: those are in `checks`.
"""
