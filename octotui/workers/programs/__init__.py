"""Machines that a program of this machine reaches, such as `podman exec`: a process for each command there.

Never what a certain program says, which those who call it know.
"""
