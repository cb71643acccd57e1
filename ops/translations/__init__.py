"""Keep the Chinese catalogue complete without the gettext tools."""
