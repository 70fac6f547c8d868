"""The default theme: Hookdesk's own small design system; tokens, parts, icons and one script."""
