"""Ways to draw on terminals that know less than others.

Never here: what is drawn, which screens and widgets say.
"""
