"""Checks of how machines are provisioned.

What lives here: what contradicts itself in dynamic pools. What never does: checks of other tables.
"""
