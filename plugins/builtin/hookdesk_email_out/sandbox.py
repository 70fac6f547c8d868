"""Where the admin's templates run: plain values, no attributes that reach further, no HTML."""

from __future__ import annotations

from flask_babel import gettext as _
from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

NAMES = frozenset(
    {
        "author", "department", "headline", "number", "priority", "quoted", "recipient", "requester", "signature",
        "site_name", "status", "subject", "text", "url",
    }
)  # fmt: skip
"""What templates may say."""

environment = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True
)  # plain text, not HTML


def check(template: str) -> str:
    """What is wrong with a template, or ""."""
    try:
        unknown = meta.find_undeclared_variables(environment.parse(template)) - NAMES
        environment.from_string(template)
    except (TemplateError, RecursionError) as error:
        return str(_("This is no template: %(error)s.", error=str(error).rstrip(".")))
    if unknown:
        return str(
            _(
                "There is no %(unknown)s here. Known are: %(known)s.",
                unknown=", ".join(sorted(unknown)),
                known=", ".join(sorted(NAMES)),
            )
        )
    return ""
