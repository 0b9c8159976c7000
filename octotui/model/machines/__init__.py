"""Machines in a model: the ways to them, and the accounts that work there.

Holds endpoints and how they are written, accounts, and settings of connections. Never a connection itself.
"""
