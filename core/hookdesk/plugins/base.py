"""The class that each plugin inherits."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

if TYPE_CHECKING:
    from hookdesk.settings import SettingsStore


class NoSettings:
    """Settings of a plugin that has none."""


S = TypeVar("S")


class Plugin(Generic[S]):
    """Title

    A plugin: its title is the first line of the class's docstring, its description the rest. Hooks are methods marked `@hookimpl`.
    Subclasses set what differs from these defaults.
    """

    slug: ClassVar[str] = ""
    """Set by the loader from the entry point's name."""
    settings_type: ClassVar[type] = NoSettings
    """A frozen dataclass made with `hookdesk.api.setting` fields; the admin form is generated from it."""
    hookspecs: ClassVar[tuple[type, ...]] = ()
    """Specification classes of hooks that this plugin declares for others."""
    depends: ClassVar[tuple[str, ...]] = ()
    """Slugs that must be enabled; this plugin may import them and refer to their tables."""
    uses: ClassVar[tuple[str, ...]] = ()
    """Slugs whose hooks this plugin implements if they are there."""
    capabilities: ClassVar[tuple[str, ...]] = ()
    """What may not lose its last provider: "sign_in", "admin_panel"."""
    starts_off: ClassVar[tuple[str, ...]] = ()
    """Why a plugin in the box is off on a new site; without a reason it is on."""

    def __init__(self, store: SettingsStore | None = None) -> None:
        """Made by the loader, once for each application object."""
        self._store = store

    @property
    def settings(self) -> S:
        """The present settings (cached; a change shows within a second)."""
        if self._store is None:
            return cast(S, self.settings_type())
        return cast(S, self._store.get(self.slug, self.settings_type))

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring, or the slug."""
        return (inspect.getdoc(cls) or cls.slug).splitlines()[0].strip().rstrip(".")

    @classmethod
    def description(cls) -> str:
        """The docstring without its first line."""
        return "\n".join((inspect.getdoc(cls) or "").splitlines()[1:]).strip()

    def on_enable(self) -> None:
        """Called once after the plugin was switched on and its tables exist, outside any transaction."""

    def on_disable(self) -> None:
        """Called once before the plugin is switched off. Its tables stay."""

    def on_purge(self) -> None:
        """Called before the plugin's tables are dropped: remove what lies outside the database."""


def is_plugin(value: Any) -> bool:
    """True for a class that a loader may instantiate."""
    return inspect.isclass(value) and issubclass(value, Plugin) and value is not Plugin
