"""From files as received to raw tables of text with provenance."""
