"""The plugin system: base class, discovery without import, loading, the calling facade, state, checks, settings."""
