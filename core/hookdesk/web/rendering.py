"""Jinja, with less work for what a page does a thousand times: putting a value into it, and calling a function or a macro."""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import Any

from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from jinja2.runtime import Context, Macro
from jinja2.utils import _PassArg
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]  # its quick half

_PLAIN = {FunctionType, MethodType, Macro}


def escaped(value: Any) -> str:
    """A value as it goes into a page: as `escape` makes it, but not wrapped in Markup, for it is joined to the rest at once."""
    if type(value) is Markup:
        return value
    words: str = _escape_inner(value) if type(value) is str else escape(value)
    return words


class PageCode(CodeGenerator):
    """Compiles templates whose values go through `escaped`."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        """Write what stands before a value."""
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


class PageContext(Context):
    """What a template knows. Functions and macros are called without asking what else they might be."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # Jinja's names, which no argument has
        """Call something, with what it wants to know beside its arguments."""
        wanted = _PassArg.eval_context if type(__obj) is Macro else getattr(__obj, "jinja_pass_arg", None)
        if type(__obj) not in _PLAIN or wanted not in (None, _PassArg.eval_context):
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return __obj(__self.eval_ctx, *args, **kwargs) if wanted else __obj(*args, **kwargs)
