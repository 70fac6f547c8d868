"""One attempt to deliver an event to one subscriber."""

from __future__ import annotations

from hookdesk.db.context import release
from hookdesk.plugins.caller import Implementation
from hookdesk.site import Site, site
from hookdesk.types.events import Event

_PRESENT = "outbox.present"


def attempt(implementation: Implementation, event: Event) -> str:
    """Deliver to one subscriber, outside any transaction; its error in a line, or "" if all went well."""
    here = site()
    here.extra[_PRESENT] = (event, implementation.plugin)
    try:
        here.hooks.deliver(implementation, event)
    except (Exception, SystemExit) as error:  # whatever a plugin raises is its own; the caller has recorded it
        return f"{type(error).__name__}: {error}"[:1000]
    finally:
        del here.extra[_PRESENT]
        release()  # the next subscriber must see what this one wrote
    return ""


def present(here: Site) -> tuple[Event, str] | None:
    """The event that is being delivered at this moment and the plugin that has it: for the watchdog, should it never come back."""
    found = here.extra.get(_PRESENT)
    return found if isinstance(found, tuple) else None
