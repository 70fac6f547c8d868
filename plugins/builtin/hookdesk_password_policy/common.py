"""Passwords that are long and yet among the first that somebody tries: pieces that such ones are made of."""

from __future__ import annotations

PIECES = frozenset(
    "password passwort passw0rd pass letmein welcome willkommen admin administrator root login user test testing changeme "
    "default secret geheim geheimnis qwerty qwertyuiop qwertz qwertzuiop asdfgh asdfghjkl yxcvbnm zxcvbnm azerty "
    "abc abcd abcdef abcdefgh abcdefghijkl iloveyou ichliebedich dragon monkey football fussball baseball sunshine princess "
    "summer sommer winter spring autumn herbst helpdesk hookdesk support ticket temp temporary please master".split()
)
LONGEST = max(map(len, PIECES))


def is_common(password: str) -> bool:
    """True if nothing is left of it without such pieces, digits and signs, or it repeats a shorter one."""
    letters = "".join(letter for letter in password.casefold() if letter.isalpha())
    return _is_made_of_pieces(letters) or _repeats(password.casefold())


def _is_made_of_pieces(letters: str) -> bool:
    """Whether pieces, one after the other, make up the whole."""
    reached = {0}
    for end in range(1, len(letters) + 1):
        if any(end - length in reached and letters[end - length : end] in PIECES for length in range(1, LONGEST + 1)):
            reached.add(end)
    return len(letters) in reached


def _repeats(text: str) -> bool:
    """Whether a text is a shorter one, several times: it is found in itself twice, but for the ends."""
    return text in (text + text)[1:-1]
