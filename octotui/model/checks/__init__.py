"""Cross-checks of a whole model: references, conflicts, cycles, prompts.

Each file adds complaints with the keys they are about. Never syntax or types (`toml` judges those) and
nothing that depends on a run.
"""
