"""SQLite as a database backend of Django's, whose writers queue up."""
