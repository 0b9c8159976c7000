"""Checks of what machines and clusters are declared to be, and how machines are provisioned.

Never their endpoints, the health of one, nor what steps do there.
"""
