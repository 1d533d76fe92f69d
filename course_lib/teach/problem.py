"""What the instructor's side says when it can't go on."""

NO_LESSONS = "The library is here, the lessons are not: get the repository, and in its folder run `python3 course.py`."


class TeachError(SystemExit):
    """One sentence for the person at the keyboard; uncaught, it is printed and ends the program with code 1."""
