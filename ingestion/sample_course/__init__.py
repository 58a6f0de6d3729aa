"""Lectern's sample course: eight recorded lectures on data warehousing, with all that surrounds them."""
