"""What becomes of several runs at once: the commands for each, and why some of them would be refused.

The engine itself is asked, on the State that is seen. Never what sends a command, or a reason of its own
where the engine has one.
"""
