"""The output of jobs as panels show it, with all that can be done with its lines."""

from octotui.ui.log.merging import MergePager


class LogView(MergePager):
    """A pager with search, filter and jumps, whose lines can be copied, saved and opened."""
