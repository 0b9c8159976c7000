"""The generated pages and pictures of `docs/`, and what the tests read in all pages: `python -m tests.docs`.

Pages follow from the model's specs, the argument parser, the filters and the templates. Never what a program
needs: octotui imports nothing from here.
"""
