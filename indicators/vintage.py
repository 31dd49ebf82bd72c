"""Vintages 版次: in which state of knowledge a figure was made, from the earliest to the last.

Belongs here: their names and order. Does not belong here: which release has which (pipelines).
"""

from typing import Final

# What is due has come in part, and what is missing is imputed.
FLASH: Final = "flash"
PRELIMINARY: Final = "preliminary"
# The annual returns of the year are in, or a census has been held.
FINAL: Final = "final"
CENSUS: Final = "census"
VINTAGES: Final = (FLASH, PRELIMINARY, FINAL, CENSUS)
