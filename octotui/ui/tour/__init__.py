"""The demo with a tour: the app with a line that says what to do next.

Here live the app of `octotui demo` and that line. Never what the steps are: `views.tour` knows that.
"""
