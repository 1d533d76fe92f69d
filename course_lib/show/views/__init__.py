"""Views that can be moved, each a NAME.py with its still twin and a NAME.js."""
