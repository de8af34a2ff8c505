"""The text of lessons: what is taught, apart from any number, any language and any page."""
