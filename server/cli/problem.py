"""What is wrong with what we were given: a value that says where, what and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the input. `what`: lower case, one line, in the user's words; `do`: the next step.

    `line` counts from 1; `field` is a column or a path into JSON.
    """

    what: str
    file: str | None = None
    line: int | None = None
    field: str | None = None
    do: str | None = None

    def __str__(self) -> str:
        place = self.file or ""
        if self.line is not None:
            place += f":{self.line}"
        head = ": ".join(part for part in (place, self.field, self.what) if part)
        return f"{head}\n  {self.do}" if self.do else head


class BadInput(Exception):
    """Ends the command with exit code 3; carries every problem that was found, not the first alone."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*(str(problem) for problem in problems))
        self.problems = problems
