"""The declared world: pools, workers, environments and runbooks as frozen values, read from and written to TOML."""
