"""The instructor's side: JupyterLab with the course's settings, slides to show and slides to hand out."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # the repository


class TeachError(SystemExit):
    """One sentence for the person at the keyboard; uncaught, it is printed and ends the program with code 1."""
