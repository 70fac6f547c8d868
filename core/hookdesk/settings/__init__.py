"""Settings: typed classes next to the code that uses them, stored as JSON, shown as generated forms."""

from hookdesk.settings.core import CoreSettings
from hookdesk.settings.fields import MASK, SettingField, SettingsError, describe, parse, setting
from hookdesk.settings.store import SettingsStore

__all__ = ["MASK", "CoreSettings", "SettingField", "SettingsError", "SettingsStore", "describe", "parse", "setting"]
