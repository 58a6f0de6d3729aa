"""What `ingest` does for each kind of source: a module each, with `ingest(command, location=…, options=…)`."""
