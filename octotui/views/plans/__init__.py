"""Plans of runs as rows and sentences: one plan, or two side by side.

Times are told from the start of the plan on; nothing here plays one.
"""
