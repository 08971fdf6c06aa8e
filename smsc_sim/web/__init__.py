"""Klein and Jinja2: the pages, and the gate in front of them."""
