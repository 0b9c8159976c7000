"""The app in a browser: an HTTP server on this machine, and a process of the app for each page.

textual-serve brings the terminal that pages draw with, and the frames between it and the app. Here is who may
come in, and what is bounded. Never what the app shows, nor who may do what in a space: the server of the
space knows that by the account that the app's process runs as.
"""
