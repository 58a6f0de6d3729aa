"""The schedule: when each stage looks for work."""


def seed() -> None:
    """Give every stage its slot, and leave alone what an operator edited."""
