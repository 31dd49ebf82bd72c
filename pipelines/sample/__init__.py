"""The synthetic city: files as a bureau receives them.

Belongs here: the generator of the demonstration city, its authored tables, and rows for benchmarks. Does not belong
here: anything that a real city's run needs.
"""

from __future__ import annotations

from pipelines.sample.city import build, write_city

__all__ = ["build", "write_city"]
