"""Hooks that this plugin declares."""

from __future__ import annotations

from hookdesk.api import Event, Shape, When, spec


class TaskHooks:
    """Tasks: what happens to them."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def task_changed(self, *, event: Event) -> None:
        """A task was made, changed, written about or deleted.

        `event.data`: task_id, number, ticket_id (None: it belongs to none), what ("made", "title", "description", "due", "assignee",
        "team", "department", "state", "ticket", "overdue", "entry", "deleted"), before and after (ids or plain values), agent_id and
        user_id (who acted).
        """
