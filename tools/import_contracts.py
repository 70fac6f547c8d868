"""The kind of rule that import-linter lacks: a list of what may be imported, rather than of what may not."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyContract(Contract):
    """The sources may import, directly, only themselves and what is allowed; packages outside the checked ones are free.

    - ``source_modules``: packages, each with all below it; ``hookdesk_*`` means every one of that name
    - ``allowed_modules``: modules that they may import, each with all below it
    - ``allowed_names`` (optional): modules that they may import, without what is below
    - ``depends`` (optional): "hookdesk_a -> hookdesk_b": a declares b in its `depends`
    """

    type_name = "only"

    source_modules = fields.SetField(subfield=fields.StringField())
    allowed_modules = fields.SetField(subfield=fields.StringField())
    allowed_names = fields.SetField(subfield=fields.StringField(), required=False)
    depends = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Each direct import that leaves a source for something not allowed."""
        patterns: Any = self.source_modules
        sources = sorted(name for name in graph.modules if any(fnmatchcase(name, pattern) for pattern in patterns))
        wrong = [line for source in sources if not self._inner(source, sources) for line in self._wrong(graph, source)]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    @staticmethod
    def _inner(module: str, sources: list[str]) -> bool:
        """Whether a wildcard also matched the package that this module lies in, which covers it."""
        return any(module.startswith(f"{source}.") for source in sources)

    def _wrong(self, graph: ImportGraph, source: str) -> Iterator[str]:
        """One line for each import that this source may not have."""
        for importer in sorted({source} | graph.find_descendants(source)):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if not self._may(source, imported):
                    for detail in graph.get_import_details(importer=importer, imported=imported):
                        yield f"{importer} imports {imported} (line {detail['line_number']})"

    def _may(self, source: str, imported: str) -> bool:
        """Whether a module below this source may import that one."""
        allowed: Any = self.allowed_modules
        names: Any = self.allowed_names or set()
        stated: Any = self.depends or set()
        if f"{source} -> {imported.partition('.')[0]}" in stated:
            return True
        return imported in names or any(
            imported == package or imported.startswith(f"{package}.") for package in {source, *allowed}
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line for each wrong import."""
        for line in check.metadata["wrong"]:
            output.print_error(line)
