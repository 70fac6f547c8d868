"""For the tests of plugins: `pytest_plugins = ["hookdesk.testing"]` in the outermost conftest.py brings the fixtures below.

@pytest.mark.plugins("spam_words")
def test_a_listed_word_is_quarantined(hookdesk_app, make_ticket): ...
"""

from hookdesk.testing.contract import assert_plugin_contract
from hookdesk.testing.fixtures import (
    clock,
    hookdesk_app,
    hookdesk_client,
    hookdesk_instances,
    make_agent,
    make_ticket,
    plugins_off,
    pytest_configure,
    run_jobs,
)
from hookdesk.testing.instances import Client, Clock, Instances

__all__ = [
    "Client",
    "Clock",
    "Instances",
    "assert_plugin_contract",
    "clock",
    "hookdesk_app",
    "hookdesk_client",
    "hookdesk_instances",
    "make_agent",
    "make_ticket",
    "plugins_off",
    "pytest_configure",
    "run_jobs",
]
