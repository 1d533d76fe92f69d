"""What the instructor's side says when it can't go on."""


class TeachError(SystemExit):
    """One sentence for the person at the keyboard; uncaught, it is printed and ends the program with code 1."""
