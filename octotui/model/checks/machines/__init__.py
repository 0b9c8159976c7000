"""Checks of what machines and clusters are declared to be, beside those of their endpoints.

Never the health of one, nor what steps do there.
"""
