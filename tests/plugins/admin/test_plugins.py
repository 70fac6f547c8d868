"""The plugin pages: switching with the check before it, order, purge, and staying usable whatever a plugin does."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from hookdesk import clock
from hookdesk.app import create_app
from hookdesk.models import PluginError, PluginState, PluginTiming, SystemLog
from hookdesk.site import site
from hookdesk.testing import Client
from hookdesk.testing.instances import end
from hookdesk.types.actors import Actor
from tests.broken_plugins.install import Install

pytestmark = [
    pytest.mark.plugins("admin", "auth_password", "topics"),
    pytest.mark.requires("admin", "auth_password", "topics"),
]


def state(app: Flask, slug: str) -> PluginState:
    """What is stored of a plugin."""
    with app.app_context(), site().db.read() as reading:
        found: PluginState = reading.scalars(select(PluginState).where(PluginState.slug == slug)).one()
    return found


def store(app: Flask, *rows: object) -> None:
    """Put rows into the database."""
    with app.app_context(), site().db.write() as session:
        for row in rows:
            session.merge(row)


def tables(app: Flask) -> set[str]:
    """The tables there are."""
    with app.app_context():
        return set(inspect(site().db.engine).get_table_names())


def switch(client: Client, slug: str, enabled: int) -> str:
    """Press a plugin's switch; the page that follows."""
    answer = client.submit("/admin/plugins", {"enabled": str(enabled)}, to=f"/admin/plugins/{slug}/switch")
    return answer.get_data(as_text=True)


def test_a_plugin_goes_off_and_on_again(hookdesk_app: Flask, admin_client: Client) -> None:
    page = switch(admin_client, "topics", 0)
    assert "Help topics is off. What it has stored is kept." in page
    assert state(hookdesk_app, "topics").is_enabled is False
    assert "p_topics__topic" in tables(hookdesk_app)
    assert "Being switched off" in page  # this process still has it
    page = switch(admin_client, "topics", 1)
    assert "Help topics is on." in page
    assert state(hookdesk_app, "topics").is_enabled is True


def test_the_last_provider_of_a_capability_stays_on(hookdesk_app: Flask, admin_client: Client) -> None:
    for slug, capability in (("admin", "admin panel"), ("auth_password", "sign in")):
        answer = admin_client.submit("/admin/themes", {"enabled": "0"}, to=f"/admin/plugins/{slug}/switch")
        assert answer.status_code == 409
        assert f"the last plugin that provides the {capability}" in answer.get_data(as_text=True)
        assert state(hookdesk_app, slug).is_enabled is True
    page = admin_client.get("/admin/plugins").get_data(as_text=True)
    assert page.count(">Required<") == 2
    assert page.count(' disabled title="') == 2


def test_a_plugin_that_fails_the_check_is_refused_in_words(
    hookdesk_app: Flask, admin_client: Client, install_broken: Install
) -> None:
    install_broken("import_error")
    answer = admin_client.submit("/admin/themes", {"enabled": "1"}, to="/admin/plugins/import_error/switch")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "a_module_that_is_not_there" in page
    assert "The site runs on as before." in page
    assert state(hookdesk_app, "import_error").is_enabled is False
    page = admin_client.get("/admin/plugins?show=attention").get_data(as_text=True)
    assert "Was not switched on" in page
    assert "It cannot be imported: ModuleNotFoundError" in page
    assert ">Desk<" not in page


def test_a_migration_that_stops_is_shown_and_taken_back(
    hookdesk_app: Flask, admin_client: Client, install_broken: Install
) -> None:
    install_broken("half_migrated")
    refused = admin_client.submit("/admin/themes", {"enabled": "1"}, to="/admin/plugins/half_migrated/switch")
    assert refused.status_code == 409
    assert "p_half_migrated__first" in tables(hookdesk_app)
    page = admin_client.get("/admin/plugins/half_migrated").get_data(as_text=True)
    assert "Stopped at revision 0001" in page
    assert "Go on with the migration" in page
    told = admin_client.submit("/admin/themes", to="/admin/plugins/half_migrated/undo").get_data(as_text=True)
    assert "was taken back" in told
    assert "p_half_migrated__first" not in tables(hookdesk_app)


def test_what_does_not_fit_this_core_is_listed_without_alarm(admin_client: Client, install: Install) -> None:
    install("parcels", requires="hookdesk>=2.2")
    page = admin_client.get("/admin/plugins").get_data(as_text=True)
    assert "It needs Hookdesk &gt;=2.2." in page
    assert 'Needs attention <span class="n">0</span>' in page


def test_those_that_depend_on_it_go_off_too_after_a_question(
    hookdesk_app: Flask, admin_client: Client, install: Install
) -> None:
    source = 'from hookdesk.api import Plugin\n\nclass Broken(Plugin):\n    """Topic colours"""\n\n    depends = ("topics",)\n'
    install("colours", source)
    store(hookdesk_app, PluginState(slug="colours", is_enabled=True, updated_at=clock.now()))
    page = switch(admin_client, "topics", 0)
    assert "Another plugin depends on it and goes off too" in page
    assert "Topic colours" in page
    assert state(hookdesk_app, "topics").is_enabled is True
    sure = {"enabled": "0", "confirmed": "1"}
    admin_client.submit("/admin/themes", sure, to="/admin/plugins/topics/switch")
    assert [state(hookdesk_app, slug).is_enabled for slug in ("topics", "colours")] == [False, False]


def test_purging_names_what_goes_and_asks_once(hookdesk_app: Flask, admin_client: Client) -> None:
    page = admin_client.get("/admin/plugins/topics/purge").get_data(as_text=True)
    assert "Switch it off first" in page
    assert 'name="confirmed"' not in page
    switch(admin_client, "topics", 0)
    page = admin_client.get("/admin/plugins/topics/purge").get_data(as_text=True)
    assert re.search(r"The table p_topics__topic with \d+ row", page)
    assert "p_topics__topic" in tables(hookdesk_app)
    told = admin_client.submit("/admin/plugins/topics/purge", {"confirmed": "1"}).get_data(as_text=True)
    assert "All that Help topics had kept is gone." in told
    assert "p_topics__topic" not in tables(hookdesk_app)


def test_plugins_move_up_and_down(hookdesk_app: Flask, admin_client: Client) -> None:
    told = admin_client.submit("/admin/plugins/order", {"step": "up"}, to="/admin/plugins/topics/move").get_data(
        as_text=True
    )
    assert "The order was changed." in told
    places = {slug: state(hookdesk_app, slug).position for slug in ("admin", "topics", "auth_password")}
    assert places == {"admin": 0, "topics": 1, "auth_password": 2}
    stuck = admin_client.submit("/admin/plugins/order", {"step": "up"}, to="/admin/plugins/admin/move").get_data(
        as_text=True
    )
    assert "stays where it is" in stuck


def test_errors_cost_and_a_pause_stand_on_the_page(hookdesk_app: Flask, admin_client: Client) -> None:
    now = clock.now()
    day = now.strftime("%Y-%m-%d")
    store(
        hookdesk_app,
        PluginState(slug="topics", is_enabled=True, paused_until=now.replace(year=now.year + 1), updated_at=now),
        PluginTiming(plugin="topics", hook="nav_items", day=day, calls=4, microseconds=8000, slowest=5000, errors=2),
        PluginTiming(plugin="topics", hook="blueprints", day=day, calls=1, microseconds=900_000, slowest=900_000),
        *(
            PluginError(
                plugin="topics", hook="nav_items", error="KeyError: 'x'", traceback=f"line {n} <b>", created_at=now
            )
            for n in range(3)
        ),
    )
    page = admin_client.get("/admin/plugins/topics").get_data(as_text=True)
    assert "Paused until" in page
    assert "2.0&nbsp;ms" in page  # the start-up hook does not count
    assert "× 3" in page
    assert "line 2 &lt;b&gt;" in page
    told = admin_client.submit("/admin/themes", to="/admin/plugins/topics/resume").get_data(as_text=True)
    assert "Help topics is asked again from now on." in told
    assert state(hookdesk_app, "topics").paused_until is None
    with hookdesk_app.app_context(), site().db.read() as reading:
        assert "ended the pause of topics" in str(
            reading.scalar(select(SystemLog.message).order_by(SystemLog.id.desc()))
        )


def test_the_plugin_page_works_while_others_fail(
    hookdesk_app: Flask, administrator: Actor, install_broken: Install, install: Install
) -> None:
    """One plugin fails on every page and one denies everything; the administrator can still switch them off."""
    install_broken("raises")
    source = (
        "from hookdesk.api import Plugin, hookimpl\n\nclass Broken(Plugin):\n"
        '    """Denies"""\n\n    @hookimpl\n    def permission_scope(self, actor):\n        raise RuntimeError("no")\n\n'
        "    @hookimpl\n    def permission_allowed(self, actor, permission, ticket):\n        raise RuntimeError('no')\n\n"
        "    @hookimpl\n    def health_checks(self):\n        raise RuntimeError('no')\n\n"
        "    @hookimpl\n    def template_slot(self, slot, actor, args):\n        raise RuntimeError('no')\n"
    )
    install("denies", source)
    for slug in ("raises", "denies", "gone"):
        store(hookdesk_app, PluginState(slug=slug, is_enabled=True, updated_at=clock.now()))
    with hookdesk_app.app_context():
        config = site().config
    app = create_app(config)
    app.test_client_class = Client
    client = app.test_client()
    assert isinstance(client, Client)
    client.sign_in(administrator)
    for path in ("/admin/", "/admin/plugins", "/admin/plugins/denies", "/admin/plugins/gone", "/admin/health"):
        assert client.get(path).status_code == 200, path
    page = client.get("/admin/plugins").get_data(as_text=True)
    assert "It is switched on, but its code is gone." in page
    for slug in ("denies", "raises", "gone"):
        client.submit("/admin/plugins", {"enabled": "0"}, to=f"/admin/plugins/{slug}/switch")
        assert state(app, slug).is_enabled is False
    end(app)


def test_no_name_from_the_address_reaches_sql(hookdesk_app: Flask, admin_client: Client) -> None:
    answer = admin_client.submit(
        "/admin/themes", {"confirmed": "1"}, to='/admin/plugins/x"; DROP TABLE ticket; --/purge'
    )
    assert answer.status_code == 404
    with hookdesk_app.app_context(), site().db.read() as reading:
        assert reading.scalar(select(text("count(*)")).select_from(text("ticket"))) == 0
