"""Machines that are away, or used no more: what jobs say of them, and which ways to them are kept.

Never what is done on a machine, which is jobs and health.
"""
