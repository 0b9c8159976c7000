"""Cross-checks of a whole model: references, conflicts, cycles, prompts.

Each file reports complaints by key path. Never syntax or types (`toml` checks those), and nothing that
depends on a run.
"""
