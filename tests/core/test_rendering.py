"""Templates say what Jinja's own would say, whatever is put into them or called."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_babel import LazyString
from jinja2 import Environment, UndefinedError, pass_context, pass_environment, pass_eval_context
from markupsafe import Markup

from hookdesk.web.themes import ThemeEnvironment, autoescape

VALUES = [
    "plain",
    '<b title="\'">&',
    Markup("<i>&amp;</i>"),
    None,
    7,
    True,
    LazyString(lambda: "<later>"),
    ["<", Markup("<br>")],
]


class Callable:
    @pass_context
    def __call__(self, context: Any, text: str) -> str:
        return f"{context['place']} {text}"

    @pass_eval_context
    def method(self, context: Any, text: str) -> str:
        return f"{context.autoescape} {text}"


GIVEN = {
    "place": "<here>",
    "plain": lambda text, more="": f"{text}{more}",
    "of_context": pass_context(lambda context, text: f"{context['place']} {text}"),
    "of_environment": pass_environment(lambda environment, text: f"{environment.is_async} {text}"),
    "of_evaluation": pass_eval_context(lambda context, text: f"{context.autoescape} {text}"),
    "thing": Callable(),
    "upper": str.upper,
}


@pytest.fixture(scope="module")
def environments() -> tuple[Environment, Environment]:
    return ThemeEnvironment(Flask("test"), autoescape=autoescape), Environment(autoescape=autoescape)  # noqa: S701  # by name, as ours


@pytest.mark.parametrize(
    "source",
    [
        "{{ value }}",
        "{% set kept %}<p>{{ value }}</p>{% endset %}{{ kept }}",
        "{% macro told(one, more='') %}<p>{{ one }}{{ more }}</p>{% endmacro %}{{ told(value) }}{{ told(value, more=value) }}",
        "{% macro around() %}<p>{{ caller() }}</p>{% endmacro %}{% call around() %}{{ value }}{% endcall %}",
        "{% autoescape false %}{{ value }}{% endautoescape %}",
        "{% autoescape value %}{{ value }}{% endautoescape %}",
    ],
)
@pytest.mark.parametrize("name", ["page.html", "mail.txt"])
def test_values_come_as_jinja_writes_them(
    environments: tuple[Environment, Environment], source: str, name: str
) -> None:
    ours, theirs = (environment.from_string(source) for environment in environments)
    if name == "mail.txt":
        codes = [environment.compile(source, name, name) for environment in environments]
        ours, theirs = (
            environment.template_class.from_code(environment, code, environment.globals)
            for environment, code in zip(environments, codes, strict=True)
        )
    for value in VALUES:
        assert ours.render(value=value) == theirs.render(value=value)


@pytest.mark.parametrize(
    "call",
    [
        "plain('<')", "plain('<', more='>')", "of_context('<')", "of_environment('<')", "of_evaluation('<')", "thing('<')",
        "thing.method('<')", "upper('a')", "place.upper()",
    ],
)  # fmt: skip
def test_whatever_is_called_gets_what_it_wants_to_know(
    environments: tuple[Environment, Environment], call: str
) -> None:
    source = f"{{% for _ in [1] %}}{{{{ {call} }}}}{{% endfor %}}{{% block inner %}}{{{{ {call} }}}}{{% endblock %}}"
    ours, theirs = (environment.from_string(source).render(GIVEN) for environment in environments)
    assert ours == theirs


def test_calling_what_is_not_there_names_it(environments: tuple[Environment, Environment]) -> None:
    with pytest.raises(UndefinedError, match="nobody"):
        environments[0].from_string("{{ nobody() }}").render()
