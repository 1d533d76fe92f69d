"""Programs for authors: the builder of the notebooks, and the makers of what is shipped with the course."""
