"""An account's files about its screens: where its keys are written, and the sizes of panes as it left them.

Sizes are what people choose by using the app, so that a damaged file is ignored. Nothing here is part of a
space, and never does a file of these keep the app from opening.
"""
