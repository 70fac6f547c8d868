"""The plugin: a storage backend, its health and its housekeeping."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import Health, Job, Plugin, StorageBackend, hookimpl, setting, site
from hookdesk_storage_fs.backend import FileStorage

MEGABYTE = 1_000_000
NEARLY_FULL = 50 * MEGABYTE


@dataclass(frozen=True)
class Settings:
    """Where the files go."""

    version: ClassVar[int] = 1
    folder: str = setting(
        "",
        label=_l("Folder"),
        help=_l(
            "An absolute path that every web node and worker shares. Empty: the folder attachments of the instance. "
            "Files that are stored already do not move; move them yourself before you change this."
        ),
        maximum=500,
    )
    warn_below_mb: int = setting(
        1000,
        label=_l("Warn below this free space (MB)"),
        help=_l("Shown on the health page."),
        minimum=50,
        maximum=10**9,
    )


class StorageFs(Plugin[Settings]):
    """Attachments in files

    Keeps attachments in a folder, one file for each content, however often it is attached.
    """

    settings_type = Settings

    @hookimpl
    def storage_backends(self) -> Sequence[StorageBackend]:
        """One backend, named "fs"."""
        return [FileStorage(self.folder())]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Remove what a crash left half written."""
        doc = _l("Remove files that were begun over a day ago and never finished.")
        return [Job("storage_fs.tidy", self.tidy, timedelta(days=1), doc)]

    @hookimpl
    def health_checks(self) -> Sequence[Health]:
        """Whether files can be written, and for how long still."""
        return [self.health()]

    def folder(self) -> Path:
        """The folder that the settings name; a relative path begins at the instance."""
        instance = site().config.instance
        return instance / (self.settings.folder.strip() or "attachments")

    def tidy(self) -> int:
        """How many leftovers were removed; 0 while the folder does not exist."""
        return FileStorage(self.folder()).tidy()

    def health(self) -> Health:
        """Error if nothing can be written, warning if the disk fills up."""
        folder = self.folder()
        problem = FileStorage(folder).problem()
        if problem:
            return Health(
                "attachments", "error", _("%(folder)s cannot be written: %(problem)s", folder=folder, problem=problem)
            )
        free = shutil.disk_usage(folder).free
        detail = _("%(size)s MB are free for %(folder)s", size=free // MEGABYTE, folder=folder)
        if free < NEARLY_FULL:
            return Health("attachments", "error", detail)
        return Health("attachments", "warning" if free < self.settings.warn_below_mb * MEGABYTE else "ok", detail)
