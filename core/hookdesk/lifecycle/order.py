"""Which plugins run, and in which order: dependencies first, then the admin's order, then what each uses, then the slug."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import hookdesk
from hookdesk.lifecycle.discovery import Found

UNPLACED = 1_000_000


def resolve(
    found: Mapping[str, Found], wanted: Mapping[str, int | None], safe_mode: bool = False
) -> tuple[list[Found], dict[str, str]]:
    """The plugins to load, in order, and why others that are switched on are not. `wanted` maps slugs onto the admin's positions.

    In safe mode only built-in providers of a capability, and what they depend on, are loaded.
    """
    problems = {slug: text for slug in wanted if (text := unusable(slug, found.get(slug)))}
    usable = {slug: found[slug] for slug in wanted if slug not in problems}
    if safe_mode:
        usable = _needed(usable)
    while True:
        lacking = {
            slug: [need for need in item.declared("depends") if need not in usable] for slug, item in usable.items()
        }
        lacking = {slug: needs for slug, needs in lacking.items() if needs}
        if not lacking:
            break
        for slug, needs in lacking.items():
            problems[slug] = f"it depends on {', '.join(needs)}, which is not switched on or cannot be loaded"
            del usable[slug]
    order = _sorted(usable, wanted)
    for slug in usable.keys() - {item.slug for item in order}:
        problems[slug] = "it depends on itself by way of others"
    return order, problems


def dependents(slug: str, found: Mapping[str, Found], wanted: Collection[str]) -> list[str]:
    """Those of `wanted` that depend on a plugin, directly or by way of others; the farthest first."""
    near = [name for name in wanted if name in found and slug in found[name].declared("depends")]
    far = [name for other in near for name in dependents(other, found, wanted) if name not in near]
    return [*dict.fromkeys(far), *near]


def unusable(slug: str, item: Found | None) -> str:
    """Why a plugin that is switched on cannot be loaded, or ""."""
    if item is None:
        return "it is switched on but not installed"
    if not item.problem and not item.is_compatible:
        return f"it needs hookdesk {item.core_range}, and this is {hookdesk.__version__}"
    return item.problem


def _needed(usable: Mapping[str, Found]) -> dict[str, Found]:
    """The built-in capability providers with their dependencies."""
    todo = [slug for slug, item in usable.items() if item.is_builtin and item.declared("capabilities")]
    kept: dict[str, Found] = {}
    while todo:
        slug = todo.pop()
        if slug in usable and slug not in kept:
            kept[slug] = usable[slug]
            todo.extend(usable[slug].declared("depends"))
    return kept


def _sorted(usable: Mapping[str, Found], wanted: Mapping[str, int | None]) -> list[Found]:
    """Topological order; of those that are ready, the one that the admin put first.

    One that the admin has not placed also waits for what it `uses`, as long as that does not go round in a circle.
    """

    def place(slug: str) -> tuple[int, str]:
        position = wanted.get(slug)
        return (UNPLACED if position is None else position, slug)

    def waits(slug: str, what: str) -> bool:
        return not left.isdisjoint(usable[slug].declared(what))

    left, order = set(usable), list[Found]()
    while ready := [slug for slug in left if not waits(slug, "depends")]:
        polite = [slug for slug in ready if wanted.get(slug) is not None or not waits(slug, "uses")]
        slug = min(polite or ready, key=place)
        left.remove(slug)
        order.append(usable[slug])
    return order
