"""Forms: fields of a site's own on tickets, users and organizations."""
