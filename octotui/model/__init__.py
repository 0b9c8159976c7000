"""The declared world: pools, workers and runbooks as frozen values, read from and written to TOML."""
