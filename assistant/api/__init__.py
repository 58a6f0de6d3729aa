"""The tutor for programs: search, questions and their answers, conversations."""
