"""The ledgers of the synthetic city, made once for these tests and those of the ledgers."""

from __future__ import annotations

from tests.pipelines.ledgers.conftest import ledger_city

__all__ = ["ledger_city"]
