"""Bad input: every problem that was found, carried to where it is shown."""

from policy.book.problem import Place, Problem, text


class BadInput(Exception):
    """Ends the command with exit code 3; carries every problem that was found, not the first alone."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*map(text, problems))
        self.problems = problems


def bad_file(path: str, what: str, do: str, line: int | None = None) -> BadInput:
    """One problem of one file."""
    return BadInput(Problem(Place(path, line), what, do))
