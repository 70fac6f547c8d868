"""The desk's fixtures: an agent at work."""

from __future__ import annotations

from tests.plugins.desk.conftest import ada, desk, give_role, inside, make_department, stored

__all__ = ["ada", "desk", "give_role", "inside", "make_department", "stored"]
