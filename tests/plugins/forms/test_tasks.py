"""Fields of tasks: filled in beside one by whom its own guard lets, and gone with it."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select

from hookdesk.api import Actor, Department, actors, reading, release, system, transact
from hookdesk.testing import Client
from hookdesk_forms.models import Value

pytestmark = [pytest.mark.plugins("forms", "tasks", "admin", "storage_fs"), pytest.mark.requires("tasks")]


def test_a_task_has_fields_for_those_who_may_edit_it(
    hookdesk_app: Flask,
    panel: Client,
    make_agent: Callable[..., Actor],
    make_form: Callable[..., int],
    make_field: Callable[..., int],
    run_jobs: Callable[..., int],
) -> None:
    from hookdesk_tasks import changing, closing, guard, making
    from hookdesk_tasks.making import NewTask

    assert 'value="task"' in panel.get("/admin/forms/new").text
    form = make_form(title="Costs", about="task")
    make_field(form, "Cost centre", key="centre")
    make_field(form, "Offer", "file", key="offer")
    with hookdesk_app.app_context():
        ada = make_agent()
        number = making.make(ada, NewTask("Order paper"))
        task_id = guard.access_task_number(system(), number).id
    panel.sign_in(ada)
    page = panel.get(f"/agent/tasks/{number}").text
    assert f"/agent/forms/tasks/{task_id}" in page
    sent = {"task-field-centre": "4711", "task-field-offer": (io.BytesIO(b"%PDF-1.4 x"), "offer.pdf")}
    page = panel.submit(f"/agent/forms/tasks/{task_id}", sent).text
    assert "4711" in page, "it stands beside the task"
    link = next(node.attributes["href"] for node in LexborHTMLParser(page).css("a") if "offer.pdf" in node.text())
    assert panel.get(str(link)).data == b"%PDF-1.4 x"
    with hookdesk_app.app_context():
        transact(lambda session: session.add(Department(name="Elsewhere")))
        elsewhere = reading().scalar(select(Department.id).where(Department.name == "Elsewhere"))
        changing.transfer(system(), task_id, elsewhere or 0)
        assert actors.agent_actor(ada.agent_id or 0) is not None
    assert panel.get(f"/agent/forms/tasks/{task_id}").status_code == 404
    assert panel.get(str(link)).status_code == 404
    with hookdesk_app.app_context():
        closing.remove(system(), task_id)
    run_jobs("outbox")
    with hookdesk_app.app_context():
        release()
        assert reading().scalar(select(func.count()).select_from(Value)) == 0
