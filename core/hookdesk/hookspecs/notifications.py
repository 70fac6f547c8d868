"""Hooks for telling people."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.hookspecs.spec import Combine, Shape, When, spec
from hookdesk.types.events import Event
from hookdesk.types.notifications import AlertKind, MessageValue, Notification, Recipient, TemplateKind
from hookdesk.types.tickets import TicketView


class NotificationHooks:
    """Notifications: who is told, who is not, in which words, and how it went."""

    @spec(Shape.COLLECT, when=When.AFTER, since="0.1")
    def notify_recipients(self, *, event: Event) -> Sequence[Recipient] | None:
        """Further people to tell about an event. Agents among them still pass the guard."""

    @spec(Shape.COLLECT, combine=Combine.ANY_VETO, when=When.AFTER, since="0.1")
    def notify_allowed(self, *, notification: Notification) -> str | None:
        """Keep a notification from being sent: return the reason, or None."""

    @spec(Shape.FIRST, when=When.AFTER, since="0.1")
    def notify_render(self, *, notification: Notification) -> Notification | None:
        """Write subject and text of a notification. None leaves it to the next plugin or the channel's own templates."""

    @spec(Shape.CHAIN, when=When.AFTER, since="0.1")
    def notify_transform(self, *, notification: Notification) -> Notification | None:
        """Change a rendered notification (a footer, a translation). Return None to leave it as it is."""

    @spec(Shape.FIRST, when=When.AFTER, since="0.1")
    def ticket_url(self, *, ticket: TicketView, recipient: Recipient) -> str | None:
        """The address under which this recipient can read the ticket: for a user (`agent_id` is None) or for an agent.

        It may carry a token that admits its holder, so it goes to the recipient and nowhere else.
        """

    @spec(Shape.FIRST, when=When.AFTER, since="0.1")
    def mail_secret(self, *, key: str, address: str, name: str, subject: str, text: str, html: str = "") -> bool | None:
        """Mail something that belongs to no thread and may hold a secret, once for each `key`. True: it will be sent, with retries.

        `html` is the same, formatted and sanitized. Whoever implements this shows the words to nobody and keeps them no longer than it
        takes to send them.
        """

    @spec(Shape.FIRST, when=When.AFTER, since="0.1")
    def reply_to(self, *, ticket_id: int, address: str) -> str | None:
        """Where answers to a mail about a ticket go, if not to `address`, which it comes from: one that names the ticket, say."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def alert_kinds(self) -> Sequence[AlertKind] | None:
        """What agents can be told of besides; the event `notice_raised` says that it has come to that."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def template_kinds(self) -> Sequence[TemplateKind] | None:
        """Kinds of messages besides."""

    @spec(Shape.COLLECT, when=When.AFTER, since="0.1")
    def message_values(self, *, ticket: TicketView | None, for_agent: bool) -> Sequence[MessageValue] | None:
        """What messages may say besides, always all of it; without a ticket the names alone count. `for_agent` says who will read it."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def notice_raised(self, *, event: Event) -> None:
        """There is something to tell about a ticket. A plugin emits it; whoever writes to people subscribes.

        `event.data`: ticket_id; alert (an alert's name: agents are told as the administrator has set) or template (a template's name: the
        requester is told); and, if there are such, entry_id, agent_id and user_id (who acted, and is not told), headline,
        agent_ids (whom it names).
        """

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def notification_settled(self, *, event: Event) -> None:
        """A notification was sent or given up. `event.data`: ticket_id, entry_id, address, channel, outcome, error."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def delivery_failed(self, *, event: Event) -> None:
        """A report came in about a mail that did not reach somebody, or not yet. Once for each recipient whom it names.

        `event.data`: intake_id; ticket_id and entry_id of the note that holds the report, None if it was matched to no ticket; address,
        status, words and message_id as in `Bounced`; mailbox, the address that the report was sent to (a return path of its own for
        each mail says which mail it was); final, False while the server goes on trying. Anybody can write a report: whoever marks a
        delivery must know the signed message_id or mailbox as their own.
        """
