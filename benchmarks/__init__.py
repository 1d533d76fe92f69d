"""Programs that measure; with `--write` they put their tables into RESULTS.md."""
