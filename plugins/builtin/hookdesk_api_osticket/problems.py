"""What a call is answered with when it cannot be done."""

from __future__ import annotations

from collections.abc import Mapping


class ApiProblem(Exception):
    """An answer other than success: an HTTP status and plain words for whoever wrote the program."""

    def __init__(self, status: int, words: str, headers: Mapping[str, str] | None = None) -> None:
        """Say what and why."""
        super().__init__(words)
        self.status, self.words, self.headers = status, words, dict(headers or {})


def malformed(words: str) -> ApiProblem:
    """The body is not what its format asks for."""
    return ApiProblem(400, words)


def invalid(problems: Mapping[str, str]) -> ApiProblem:
    """The body can be read, but no ticket can be made of it: field → what is wrong. osTicket says 500 here."""
    told = "\n".join(f"{field}: {words}" for field, words in problems.items())
    return ApiProblem(422, f"Unable to create new ticket: {told}")
