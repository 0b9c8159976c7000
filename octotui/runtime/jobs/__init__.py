"""The work of jobs: scripts, packages, secrets, masking, service messages, output.

Each file does one part of an attempt, and reports back with commands. Never a connection of a client, and
never the State is changed here.
"""
