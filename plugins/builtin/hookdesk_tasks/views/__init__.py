"""The pages: lists, a task, tasks on a ticket, checklists in the admin panel."""

from hookdesk_tasks.views import admin, bulk, changes, compose, export, new, queue, task, ticket, topic
from hookdesk_tasks.views.blueprint import bp, panel

__all__ = ["admin", "bp", "bulk", "changes", "compose", "export", "new", "panel", "queue", "task", "ticket", "topic"]
