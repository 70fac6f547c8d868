"""Accounts among the roads of mail, and alarms about any road, which go out over an account that works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from hookdesk.api import CoreSettings, Event, MailChannel, Recipient, clock, emit, reading, site, transact, wake
from hookdesk_email_out import errors, render, services
from hookdesk_email_out.accounts import choosing, store
from hookdesk_email_out.models import Account, Mail

KIND = "SMTP"
AFTER = 3
"""So many failures in a row are an alarm."""
TEMPLATE = "channel_alarm"


def channels() -> Sequence[MailChannel]:
    """Every account as a road that mail goes by. What has no account of its own leaves by the default one."""
    counted = select(Mail.account_id, func.count()).where(Mail.state == "waiting").group_by(Mail.account_id)
    waiting: dict[Any, int] = {row[0]: row[1] for row in reading().all(counted)}
    return [
        _channel(one, waiting.get(one.id, 0) + (waiting.get(None, 0) if one.is_default else 0))
        for one in store.everyone()
    ]


def _channel(account: Account, waiting: int = 0) -> MailChannel:
    """One of them."""
    is_on = account.is_active and bool(account.host)
    return MailChannel(
        name=account.name,
        kind=KIND,
        direction="out",
        state="off"
        if not is_on
        else "failed"
        if account.failures >= AFTER
        else "warning"
        if account.failures
        else "ok",
        detail=account.error if is_on else "",
        last_success=account.worked_at,
        waiting=waiting,
        next_try=account.away_until if account.failures else None,
        endpoint="email_out.account",
        args={"account_id": account.id},
    )


def changed(session: Session, account: Account, is_well: bool) -> None:
    """An account has stopped, or works again: an event for whoever tells administrators, ourselves among them."""
    data = {"name": account.name, "kind": KIND, "state": "ok" if is_well else "failed", "detail": account.error}
    if site().plugins.get("email_in") is not None:  # whose event it is
        emit(session, "channel_alarm_raised", {**data, "path": f"/admin/mail/accounts/{account.id}"})


def tell(event: Event) -> int:
    """Mail administrators about a road that has stopped, or works again; how many mails were promised."""
    data, accounts = event.data, store.everyone()
    own = data["name"] if data["kind"] == KIND and data["state"] != "ok" else ""
    account = _other(accounts, own)
    rows = [_mail(account, one, event) for one in errors.administrators()]
    if not rows:
        return 0

    def work(session: Session) -> int:
        made = set(session.scalars(select(Mail.address).where(Mail.key == rows[0]["key"])))
        new = [row for row in rows if row["address"] not in made]
        if new:
            session.execute(insert(Mail), new)
        return len(new)

    made = transact(work, race=True)
    wake(services.SEND)
    return made


def _other(accounts: Sequence[Account], stopped: str) -> Account | None:
    """The account for alerts, unless it is the one that has stopped, or does not work itself: then whichever does."""
    first = choosing.for_alerts(accounts)
    working = [one for one in accounts if one.is_active and one.host and not one.failures and one.name != stopped]
    return first if first in working or not working else working[0]


def _mail(account: Account | None, to: Recipient, event: Event) -> dict[str, Any]:
    """The columns of one mail."""
    data, now, key = event.data, clock.now(), f"{TEMPLATE}:{event.key}"[:80]
    with render.language_of(to):
        road, name = f"{data['kind']} {data['name']}", site().settings.get("core", CoreSettings).site_name
        if data["state"] == "ok":
            subject, words = _("%(site)s: %(road)s works again", site=name, road=road), _("Mail takes this road again.")
        else:
            subject = _("%(site)s: %(road)s has stopped", site=name, road=road)
            words = _("No mail takes this road at the moment. What the server said:")
    page = site().config.base_url.rstrip("/") + str(data.get("path") or "")
    text = "\n\n".join(part for part in (str(words), str(data.get("detail") or ""), page) if part) + "\n"
    proof = site().keys.sign("alarm-mail", f"{key} {to.agent_id}")
    return {
        "key": key, "template": TEMPLATE, "address": to.address, "name": to.name, "sender_name": "", "subject": str(subject)[:600],
        "text": text, "html": "", "message_id": f"alarm.{proof}@{choosing.host_of(account)}", "in_reply_to": "", "references": "",
        "auto": services.GENERATED, "is_alert": True, "account_id": account.id if account else None, "created_at": now, "due_at": now,
    }  # fmt: skip
