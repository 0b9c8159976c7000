"""The declared world: pools, workers and runbooks as frozen values.

Holds the structs, their quantities, versions and scopes; `toml` reads and writes them, `checks` finds
contradictions. Never anything that executes (`engine`); only `toml` reads files, those that `file_trust`
accepts.
"""
