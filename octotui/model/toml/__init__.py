"""A model as TOML: read, validated, located, written, described by a JSON Schema.

Here live the specifications of tables, from which reader, writer and schema follow, and step templates. Never
a check that needs two tables: those are in `checks`.
"""
