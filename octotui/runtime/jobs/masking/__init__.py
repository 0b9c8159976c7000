"""Masking of sensitive values in texts: their written forms, and how they are found.

`SensitiveValues` are those of a space; a `Masker` masks what one job prints. Never which values are
sensitive, nor where a text goes.
"""

from octotui.runtime.jobs.masking.masked_text import STARS
from octotui.runtime.jobs.masking.masker import Masker
from octotui.runtime.jobs.masking.sensitive_values import SensitiveValues

__all__ = ["STARS", "Masker", "SensitiveValues"]
