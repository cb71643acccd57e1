"""Many tables in one step of a migration."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger


class CreateTables(Operation):
    """Create tables and their triggers, thinking once about how they hang together.

    After each operation Django builds every related model anew. With sixty tables that
    all hang together this takes half a minute of a start, and the tables no second.
    """

    serialization_expand_args = ("tables", "triggers")

    def __init__(
        self, tables: Sequence[CreateModel], triggers: Sequence[AddTrigger]
    ) -> None:
        self.tables = list(tables)
        self.triggers = list(triggers)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what a migration file writes to make this again."""
        parts = {"tables": self.tables, "triggers": self.triggers}
        return self.__class__.__name__, [], parts

    def _parts(self) -> Iterator[CreateModel | AddTrigger]:
        yield from self.tables
        yield from self.triggers

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the models to what is known; built are they when they are first needed."""
        state.__dict__.pop("apps", None)
        for each in self._parts():
            each.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: Any,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the tables, then what guards them."""
        for each in self._parts():
            each.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: Any,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop the guards while their tables stand, then the tables from the last on."""
        for trigger in self.triggers:
            trigger.database_backwards(app_label, schema_editor, to_state, from_state)
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say what this does, as the list of migrations shows it."""
        return f"Create {len(self.tables)} tables and {len(self.triggers)} triggers"
