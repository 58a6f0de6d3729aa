"""The pages as people use them: a real browser, real services, real weights."""
