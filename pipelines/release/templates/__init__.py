"""Package data: the templates of the pages."""
