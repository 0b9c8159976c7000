"""What `octotui logs` does beside printing one run's output: it searches the output of the last runs.

Lines are found as the app finds them, by `ui.log.lines`, which knows no screen. Never how lines are printed.
"""
