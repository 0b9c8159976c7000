"""Sensitive values, kept out of texts: the forms in which they are written, found and masked.

`SensitiveValues` are those of a space; a `Masker` masks what one job prints. Here is never decided which
values are sensitive, nor where a text goes.
"""

from octotui.runtime.jobs.masking.masked_text import STARS
from octotui.runtime.jobs.masking.masker import Masker
from octotui.runtime.jobs.masking.sensitive_values import SensitiveValues

__all__ = ["STARS", "Masker", "SensitiveValues"]
