"""Headers, CSRF, rate limits, cookies: the same for every page."""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect

from hookdesk.config import Config

CSP = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
}

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, headers_enabled=True, swallow_errors=True, in_memory_fallback_enabled=True)


def content_policy(**changes: str) -> str:
    """The content security policy as a header, with some directives changed: `content_policy(img_src="'self' https:")`.

    A view that sets the header itself keeps what it set.
    """
    changed = {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in {**CSP, **changed}.items())


def init_app(app: Flask, config: Config) -> None:
    """Configure cookies, headers, CSRF and limits."""
    https = config.base_url.startswith("https://")
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_NAME="hookdesk",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=config.max_upload_bytes,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=500,
        RATELIMIT_STORAGE_URI="memory://" if config.testing else _limit_storage(config),
    )
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # Flask's way

    @app.after_request
    def keep_own_policy(response):  # type: ignore[no-untyped-def]  # Flask's Response, as every hook of its kind
        # registered before Talisman, so it runs after it, which overwrites the header whoever set it
        if own := g.get("hookdesk_own_policy"):
            response.headers["Content-Security-Policy"] = own
        return response

    app.after_request(stay_here)
    Talisman(
        app,
        force_https=https,
        session_cookie_secure=https,
        strict_transport_security=https,
        content_security_policy=CSP,
        content_security_policy_nonce_in=["script-src", "style-src"],
        frame_options="DENY",
        referrer_policy="same-origin",
        permissions_policy={"geolocation": "()", "camera": "()", "microphone": "()"},
    )
    csrf.init_app(app)
    limiter.init_app(app)

    @app.after_request
    def private_pages(response):  # type: ignore[no-untyped-def]  # Flask's Response, as every hook of its kind
        g.hookdesk_own_policy = response.headers.get("Content-Security-Policy", "")
        if request.endpoint not in ("core.theme_file", "core.plugin_file", "core.attachment", "core.agent_attachment"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def stay_here(response: Response) -> Response:
    """Name no host in what routing redirects to: it is built from the Host header, which anybody may write, and a cache may keep it."""
    if isinstance(request.routing_exception, RequestRedirect):
        path = response.headers["Location"].split("/", 3)[-1]
        response.headers["Location"] = "/" + path.lstrip("/")  # two slashes would begin another host
    return response


def _limit_storage(config: Config) -> str:
    """Where limits are counted: the shared Redis, so that all workers count together."""
    url = config.redis
    return url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url
