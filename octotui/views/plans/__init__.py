"""Plans of runs as rows and sentences: one plan, or two of the same run side by side.

Times are told from the start of the plan on. A view never plays a plan: `engine/plans` does.
"""
