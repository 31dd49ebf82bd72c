"""Package data: the fonts of charts and bulletin (SOURCES.md)."""
