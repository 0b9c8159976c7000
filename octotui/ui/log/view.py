"""The output of a job as panels show it, with all that can be done with its lines."""

from octotui.ui.log.exporting import ExportPager


class LogView(ExportPager):
    """A pager with search, filter and jumps, whose lines can be copied, saved and opened."""
