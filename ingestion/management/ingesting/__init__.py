"""What `ingest` does for each kind of source: one module a kind, each with `ingest(command, location=…, options=…)`."""
