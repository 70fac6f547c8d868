"""Who has which second factor."""

from __future__ import annotations

from hookdesk.api import site
from hookdesk_two_factor.hookspecs import FactorKind, TwoFactorHooks


def kinds() -> list[FactorKind]:
    """What the plugins bring, the first choice first."""
    return sorted(site().hooks.collect(TwoFactorHooks.second_factors), key=lambda kind: kind.order)


def has_factor(user_id: int) -> bool:
    """Whether a user has set up a factor that stands alone."""
    return any(user_id in kind.held([user_id]) for kind in kinds() if kind.stands_alone)
