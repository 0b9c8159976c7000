"""What an account has started last, by which choices are ordered.

It comes from the State and from records of runs, not from a file of its own. A view never starts anything.
"""
