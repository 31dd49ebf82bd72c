"""Tests of early warning."""
