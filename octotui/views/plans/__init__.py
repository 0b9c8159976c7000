"""Plans of runs as rows and sentences: one plan, or two of the same run side by side.

Times are told from the start of the plan on. Nothing here plays a plan: `engine/plans` does.
"""
