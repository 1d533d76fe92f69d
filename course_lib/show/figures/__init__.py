"""Arrays in, described pictures out: every function returns a Picture (or a Table) that carries its own words."""
