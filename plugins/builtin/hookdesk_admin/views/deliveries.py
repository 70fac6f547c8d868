"""Events that a subscriber missed: those that will be tried again, and the dead ones, to be replayed or dropped."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from hookdesk.api import admin, current_actor, deadletters, log, transact
from hookdesk_admin import watch
from hookdesk_admin.blueprint import bp
from hookdesk_admin.paging import word
from hookdesk_admin.queries import running
from hookdesk_admin.views.editing import Answer, confirm, is_confirmed, numbers

MOST_AT_ONCE = 100


@bp.get("/deliveries", endpoint="deliveries")
@admin
def list_deliveries() -> str:
    """Dead letters, or what will be tried again."""
    show = word("show", ("dead", "waiting"), "dead")
    page = running.dead() if show == "dead" else running.waiting()
    return render_template("admin/deliveries.html", page=page, show=show, counts=deadletters.counts())


@bp.post("/deliveries", endpoint="deliveries_act")
@admin
def act() -> Answer:
    """Replay or drop the chosen ones; dropping is asked once."""
    chosen, back = numbers("selected", MOST_AT_ONCE), url_for("admin.deliveries", show=request.form.get("show") or None)
    if not chosen:
        flash(_("Choose some first."), "info")
        return redirect(back)
    if request.form.get("act") == "replay":
        count = sum(deadletters.replay(delivery_id) for delivery_id in chosen)
        flash(
            ngettext("%(num)s delivery is tried again now.", "%(num)s deliveries are tried again now.", count),
            "success",
        )
    elif not is_confirmed():
        return confirm(
            ngettext("Drop %(num)s delivery?", "Drop %(num)s deliveries?", len(chosen)),
            _(
                "The plugins will never learn of these events. The tickets themselves stay as they are. This cannot be undone."
            ),
            _("Drop"),
            back,
            hidden=[("act", "drop"), *(("selected", delivery_id) for delivery_id in chosen)],
        )
    else:
        count = sum(deadletters.drop(delivery_id) for delivery_id in chosen)
        words = f"{current_actor().name} dropped {count} dead deliveries"
        transact(lambda session: log.write(session, "warning", "outbox", words))
        flash(ngettext("%(num)s delivery was dropped.", "%(num)s deliveries were dropped.", count), "success")
    watch.forget()
    return redirect(back)
