"""The declared world: pools, workers and runbooks as frozen values.

Here live the structs, their quantities, versions and scopes; `toml` reads and writes them, `checks` finds
what contradicts itself. Never what is executing (`engine`), and no file is read but by `toml`, as far as
`file_trust` lets it.
"""
