"""The model as people have written it: what declares something on the screen, and lines of TOML in colour.

Never here: reading of files, which `model.toml` does, and judging of what stands in them.
"""
