"""Errors of the site itself, told to administrators: those since the last such mail, in one mail an hour at most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, and_, insert, or_, select
from werkzeug.routing import BuildError

from hookdesk.api import (
    Agent,
    CoreSettings,
    Recipient,
    SystemLog,
    UserEmail,
    absolute_url,
    clock,
    reading,
    site,
    transact,
    wake,
)
from hookdesk_email_out import render, services
from hookdesk_email_out.accounts import choosing, store
from hookdesk_email_out.models import Account, Mail, Preference
from hookdesk_email_out.settings import Settings

TEMPLATE = "errors"
PAUSE = timedelta(hours=1)
MOST = 20
OWN = "email_out"
"""Errors about mail are not mailed: each such mail could be the next error."""


def tell(settings: Settings) -> int:
    """Promise a mail to each administrator, if there is anything new to tell; how many were promised."""
    last = reading().first(
        select(Mail.key, Mail.created_at).where(Mail.template == TEMPLATE).order_by(Mail.id.desc()).limit(1)
    )
    if not settings.tells_errors or (last is not None and last.created_at > clock.now() - PAUSE):
        return 0
    found = _since(int(last.key.rpartition(":")[2]) if last is not None else 0)
    to = administrators() if found else []
    if not to:
        return 0
    account = choosing.for_alerts(store.everyone())
    rows = [_mail(account, one, found) for one in to]
    transact(lambda session: session.execute(insert(Mail), rows))
    wake(services.SEND)
    return len(rows)


def _since(last_id: int) -> Sequence[Row[Any]]:
    """The first errors that were not told yet; of what is long ago, when nothing was told so far, none."""
    columns = (SystemLog.id, SystemLog.source, SystemLog.message, SystemLog.created_at)
    asked = select(*columns).where(SystemLog.id > last_id, SystemLog.level == "error", SystemLog.source != OWN)
    recent = asked.where(SystemLog.created_at > clock.now() - 2 * PAUSE)
    return reading().all((asked if last_id else recent).order_by(SystemLog.id).limit(MOST))


def administrators() -> list[Recipient]:
    """Those who are there and want mail."""
    rows = reading().all(
        select(Agent.id, Agent.name, Agent.locale, UserEmail.address)
        .join(UserEmail, and_(UserEmail.user_id == Agent.user_id, UserEmail.is_primary))
        .outerjoin(Preference, Preference.agent_id == Agent.id)
        .where(Agent.is_admin, Agent.is_active, ~Agent.on_vacation)
        .where(or_(Preference.mode.is_(None), Preference.mode != "none"))
        .order_by(Agent.id)
        .limit(MOST)
    )
    return [Recipient(row.address, row.name, "admins", agent_id=row.id, locale=row.locale) for row in rows]


def _mail(account: Account | None, to: Recipient, found: Sequence[Row[Any]]) -> dict[str, Any]:
    """The columns of one mail."""
    now, key = clock.now(), f"{TEMPLATE}:{found[-1].id}"
    with render.language_of(to):
        name = site().settings.get("core", CoreSettings).site_name
        subject = str(_("%(site)s: errors that you should look at", site=name))
        text = "\n\n".join((str(_("This is new in the log:")), _lines(found), _log_page())).strip() + "\n"
    proof = site().keys.sign("errors-mail", f"{key} {to.agent_id}")
    return {
        "key": key, "template": TEMPLATE, "address": to.address, "name": to.name, "sender_name": "", "subject": subject[:600], "text": text,
        "html": "", "message_id": f"errors.{proof}@{choosing.host_of(account)}", "in_reply_to": "", "references": "",
        "auto": services.GENERATED, "is_alert": True, "account_id": account.id if account else None, "created_at": now, "due_at": now,
    }  # fmt: skip


def _lines(found: Sequence[Row[Any]]) -> str:
    """One line an error."""
    return "\n".join(
        f"{row.created_at:%Y-%m-%d %H:%M} {row.source}: {' '.join(row.message.split())[:200]}" for row in found
    )


def _log_page() -> str:
    """Where the whole log is, if there is a page for it."""
    try:
        return absolute_url("admin.log", level="error")
    except BuildError:
        return ""
