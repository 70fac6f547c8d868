"""The life of plugins: found, loaded, watched, checked, switched, ordered, purged. What happens at each hook call is `hookdesk.plugins`."""
