"""Resources: what Dagster hands to assets."""

from __future__ import annotations

import dagster as dg

from pipelines.workspace import Workspace


class WorkspaceResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The workspace of a run; by default the one in SHUCE_HOME."""

    home: str = ""

    @property
    def workspace(self) -> Workspace:
        """The workspace itself."""
        return Workspace.locate(self.home or None)
