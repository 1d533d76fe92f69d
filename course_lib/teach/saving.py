"""What a saved notebook keeps of a view: its twin, the picture or text that needs no kernel. A hook of Jupyter's server."""

WIDGET = "application/vnd.jupyter.widget-view+json"


def keep_twins(model, **_):
    """Drop, from a notebook model on its way to disk, the live half of every output that also has a twin as HTML.

    Without it, a notebook that is opened again shows "model not found" where a view was: a live view needs the kernel that made it.
    """
    if model.get("type") != "notebook" or not model.get("content"):
        return
    for cell in model["content"].get("cells", []):
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                output["data"].pop(WIDGET, None)
