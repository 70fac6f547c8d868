"""Which words of SQLite's index begin like one that was typed.

FTS5 puts the lists of all words with a prefix together before it says which document is the newest: half a second for a letter, at a
million tickets. The list of a single word it walks from its end.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import column, text

from hookdesk.api import reading

MOST = 500
"""More words than that are no less work one by one."""
# All instances of a word come before the next one; a blank sorts before whatever a word consists of, so it leads past them.
_BEGUN = text("""
    WITH RECURSIVE known(word) AS (
        SELECT (SELECT term FROM p_search__fts_words WHERE term >= :begin LIMIT 1)
        UNION ALL
        SELECT (SELECT term FROM p_search__fts_words WHERE term >= word || ' ' LIMIT 1) FROM known WHERE word < :end
    )
    SELECT word FROM known WHERE word < :end LIMIT :most
""").columns(column("word"))


def words(typed: str) -> Sequence[str]:
    """All that are known; () if they are too many, or none. Of ASCII alone: how FTS5 folds the rest is known to nobody else."""
    if not typed.isascii():
        return ()
    begin = typed.lower()
    found = reading().scalars(_BEGUN, {"begin": begin, "end": f"{begin}\U0010ffff", "most": MOST + 1}).all()
    return found if len(found) <= MOST else ()
