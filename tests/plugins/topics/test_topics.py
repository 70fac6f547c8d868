"""A topic leads a ticket somewhere, and says so; what becomes of it when topics change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    ActorKind,
    Decision,
    Department,
    FilteringHooks,
    Priority,
    Ticket,
    organizations,
    reading,
    site,
    system,
    transact,
)
from hookdesk_topics import services, tree
from hookdesk_topics.services import TopicProblem, Values

pytestmark = pytest.mark.plugins("topics")
PLAIN = Values(name="Billing")


@pytest.fixture
def places(hookdesk_app: Flask) -> dict[str, int]:
    """Ids by name: the departments Support and Accounts, the priorities Low and High."""
    with hookdesk_app.app_context():
        transact(lambda session: session.add(Department(name="Accounts")))
        rows = [
            *reading().all(select(Department.name, Department.id)),
            *reading().all(select(Priority.name, Priority.id)),
        ]
    return {row[0]: row[1] for row in rows}


@pytest.fixture
def make_topic(hookdesk_app: Flask) -> Callable[..., int]:
    """`make_topic(name=…, parent_id=…)`: stored, its id."""

    def make(**changes: object) -> int:
        with hookdesk_app.app_context():
            return services.save(system(), replace(PLAIN, **changes))  # type: ignore[arg-type]  # a test may try anything

    return make


def choices(app: Flask, actor: Actor = ANONYMOUS) -> list[str]:
    with app.app_context():
        return [choice.label for choice in site().hooks.collect(FilteringHooks.topic_choices, actor=actor)]


def decisions(app: Flask, ticket: Ticket) -> list[str]:
    with app.app_context():
        return list(
            reading().scalars(
                select(Decision.reason).where(Decision.ticket_id == ticket.id, Decision.plugin == "topics")
            )
        )


def test_a_new_site_has_topics_to_choose_from(hookdesk_app: Flask) -> None:
    assert choices(hookdesk_app)[:2] == ["Something does not work", "Something does not work › I cannot sign in"]
    with hookdesk_app.app_context():
        before = len(tree.nodes())
        site().plugins.get("topics").on_enable()  # type: ignore[union-attr]  # it is switched on
        assert len(tree.nodes()) == before


def test_a_topic_sets_department_and_priority_and_the_trace_says_why(
    hookdesk_app: Flask, places: dict[str, int], make_topic: Callable[..., int], make_ticket: Callable[..., Ticket]
) -> None:
    above = make_topic(name="Billing", department_id=places["Accounts"])
    topic = make_topic(name="Invoices", parent_id=above, priority_id=places["High"])
    ticket = make_ticket(topic=f"topics:{topic}")
    assert (ticket.department_id, ticket.priority_id) == (places["Accounts"], places["High"])
    assert decisions(hookdesk_app, ticket) == ["topic 'Billing › Invoices' sets the department and the priority"]


def test_an_own_department_goes_before_that_of_the_topic_above(
    places: dict[str, int], make_topic: Callable[..., int], make_ticket: Callable[..., Ticket]
) -> None:
    above = make_topic(name="Billing", department_id=places["Accounts"], priority_id=places["Low"])
    topic = make_topic(name="Complaints", parent_id=above, department_id=places["Support"])
    ticket = make_ticket(topic=f"topics:{topic}")
    assert (ticket.department_id, ticket.priority_id) == (places["Support"], places["Low"])


def test_a_department_that_is_closed_gets_nothing(
    hookdesk_app: Flask, places: dict[str, int], make_topic: Callable[..., int], make_ticket: Callable[..., Ticket]
) -> None:
    topic = make_topic(department_id=places["Accounts"])
    with hookdesk_app.app_context():
        transact(
            lambda session: session.execute(
                update(Department).where(Department.name == "Accounts").values(is_active=False)
            )
        )
    ticket = make_ticket(topic=f"topics:{topic}")
    assert ticket.department_id == places["Support"]
    assert decisions(hookdesk_app, ticket) == ["topic 'Billing' left out: the department is not in use"]


@pytest.mark.parametrize(
    "ref", ["", "topics:999999", "topics:", "topics:x", "topics:1 OR 1", "other:1", "topics:" + "9" * 100]
)
def test_a_reference_that_names_nothing_decides_nothing(
    hookdesk_app: Flask, places: dict[str, int], make_ticket: Callable[..., Ticket], ref: str
) -> None:
    ticket = make_ticket(topic=ref)
    assert ticket.department_id == places["Support"]
    with hookdesk_app.app_context():
        assert site().hooks.first(FilteringHooks.topic_label, ref=ref) is None


def test_what_is_off_or_not_public_hides_all_below_it(
    hookdesk_app: Flask, make_topic: Callable[..., int], make_agent: Callable[..., Actor]
) -> None:
    inner = make_topic(name="Inner", is_public=False)
    make_topic(name="Secret", parent_id=inner)
    off = make_topic(name="Old", is_active=False)
    make_topic(name="Older", parent_id=off)
    shown = choices(hookdesk_app)
    assert not {"Inner", "Inner › Secret", "Old", "Old › Older"} & set(shown)
    to_agents = choices(hookdesk_app, make_agent())
    assert {"Inner", "Inner › Secret"} <= set(to_agents)
    assert not {"Old", "Old › Older"} & set(to_agents)


def test_an_agent_is_offered_topics_that_are_not_public_where_they_may_know_the_department(
    hookdesk_app: Flask, places: dict[str, int], make_topic: Callable[..., int], make_agent: Callable[..., Actor]
) -> None:
    above = make_topic(name="Board", is_public=False, department_id=places["Accounts"])
    make_topic(name="Salaries", parent_id=above)
    make_topic(name="Ours", is_public=False, department_id=places["Support"])
    make_topic(name="Anywhere", is_public=False)
    ada = make_agent()
    hidden = {"Board", "Board › Salaries"}
    assert hidden <= set(choices(hookdesk_app, ada))
    told = choices(hookdesk_app, replace(ada, permissions=ada.permissions - {"department.see_all"}))
    assert {"Ours", "Anywhere"} <= set(told)
    assert not hidden & set(told)


def test_a_restricted_topic_is_offered_to_members_of_its_organizations_alone(
    hookdesk_app: Flask, make_topic: Callable[..., int]
) -> None:
    with hookdesk_app.app_context():
        first, second = (
            organizations.save_organization(system(), None, organizations.OrganizationData(name))
            for name in ("Initech", "Navy")
        )
    above = make_topic(name="Servers", is_restricted=True, organizations=("Initech", "Navy"))
    make_topic(name="Ships", parent_id=above, is_restricted=True, organizations=("Navy",))
    make_topic(name="Nobody's", is_restricted=True)
    member = Actor(ActorKind.REQUESTER, "Peter", user_id=1, organization_id=first)
    both = {"Servers", "Servers › Ships"}
    assert both & set(choices(hookdesk_app, member)) == {"Servers"}
    assert both <= set(choices(hookdesk_app, replace(member, organization_id=second)))
    outside = replace(member, organization_id=None)
    for stranger in (ANONYMOUS, outside, replace(outside, kind=ActorKind.GUEST)):
        assert not {*both, "Nobody's"} & set(choices(hookdesk_app, stranger))
    with pytest.raises(TopicProblem, match="no organization named Nowhere"):
        make_topic(name="X", is_restricted=True, organizations=("Nowhere",))


def test_a_department_can_be_left_out_of_the_portal_with_all_its_topics(
    hookdesk_app: Flask, places: dict[str, int], make_topic: Callable[..., int], make_agent: Callable[..., Actor]
) -> None:
    above = make_topic(name="Money", department_id=places["Accounts"])
    make_topic(name="Fees", parent_id=above)
    make_topic(name="Help", parent_id=above, department_id=places["Support"])
    with hookdesk_app.app_context():
        services.set_unlisted(system(), {places["Accounts"], 999_999})
    told = {"Money", "Money › Fees", "Money › Help"}
    assert told & set(choices(hookdesk_app)) == {"Money › Help"}
    assert told <= set(choices(hookdesk_app, make_agent()))
    with hookdesk_app.app_context():
        services.set_unlisted(system(), set())
    assert told <= set(choices(hookdesk_app))


def test_topics_stand_in_the_order_in_which_they_were_made_until_they_are_moved(
    hookdesk_app: Flask, make_topic: Callable[..., int]
) -> None:
    with hookdesk_app.app_context():
        for node in reversed(tree.nodes()):
            services.remove(system(), node.id)
    first, second = make_topic(name="B"), make_topic(name="A")
    below = make_topic(name="Z", parent_id=first)
    make_topic(name="Y", parent_id=first)
    assert choices(hookdesk_app) == ["B", "B › Z", "B › Y", "A"]
    with hookdesk_app.app_context():
        for moved, step in ((second, -1), (below, 1), (below, 1), (second, -1), (999_999, 1)):
            services.move(system(), moved, step)
    assert choices(hookdesk_app) == ["A", "B", "B › Y", "B › Z"]


def test_a_deleted_topic_lets_its_children_move_up_and_its_id_is_never_given_again(
    hookdesk_app: Flask, make_topic: Callable[..., int], make_ticket: Callable[..., Ticket]
) -> None:
    above = make_topic(name="Above")
    middle = make_topic(name="Middle", parent_id=above)
    below = make_topic(name="Below", parent_id=middle)
    last = make_topic(name="Last")
    ticket = make_ticket(topic=f"topics:{last}")
    with hookdesk_app.app_context():
        services.remove(system(), middle)
        services.remove(system(), last)
        assert site().hooks.first(FilteringHooks.topic_label, ref=f"topics:{below}") == "Above › Below"
        assert site().hooks.first(FilteringHooks.topic_label, ref=ticket.topic_ref) is None
    assert make_topic(name="New") > last


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": "SOMETHING else"}, "name", "already"),
        ({"parent_id": 999_999}, "parent_id", "gone"),
    ],
)
def test_what_cannot_be_is_refused(
    make_topic: Callable[..., int], changes: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(TopicProblem, match=words) as caught:
        make_topic(**changes)
    assert caught.value.field == field


def test_no_topic_lies_below_itself_and_the_tree_has_a_floor(
    hookdesk_app: Flask, make_topic: Callable[..., int]
) -> None:
    chain = [make_topic(name="1")]
    for name in ("2", "3", "4"):
        chain.append(make_topic(name=name, parent_id=chain[-1]))
    with pytest.raises(TopicProblem, match="4 levels"):
        make_topic(name="5", parent_id=chain[-1])
    other = make_topic(name="other")
    with hookdesk_app.app_context():
        for parent in (chain[0], chain[3]):
            with pytest.raises(TopicProblem, match="below itself"):
                services.save(system(), replace(PLAIN, name="1", parent_id=parent), chain[0])
        with pytest.raises(TopicProblem, match="4 levels"):
            services.save(system(), replace(PLAIN, name="1", parent_id=other), chain[0])
        services.save(system(), replace(PLAIN, name="4", parent_id=other), chain[3])
        with pytest.raises(LookupError):
            services.save(system(), PLAIN, 999_999)
