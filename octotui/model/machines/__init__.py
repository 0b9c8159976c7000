"""What a model says of machines as machines: how they are checked, and what steps need of them.

Values and their rules alone; what was found on a machine is part of the State, and never lives here.
"""
