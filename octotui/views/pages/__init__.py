"""Pages about things: the dashboard of what is deployed where, and a page for each worker, pool, environment.

Their rows are made from a State and from records of ended runs. Never a widget, nor how a row is drawn.
"""
