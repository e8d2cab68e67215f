"""Why a case was not run."""


class Skip(Exception):
    """The box cannot do what a case needs."""
