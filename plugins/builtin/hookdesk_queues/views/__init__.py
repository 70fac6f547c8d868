"""The queues' pages: everybody's in the admin panel, an agent's own in the desk."""

from hookdesk_queues.views import everybody, own, showing
from hookdesk_queues.views.blueprint import bp

__all__ = ["bp", "everybody", "own", "showing"]
