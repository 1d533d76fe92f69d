"""The library behind the lessons: what you build by hand, once more, to import ever after.

A map (what stands lower may import what stands higher, never the other way round):

    attention   the mathematics of attention, in NumPy and in PyTorch
    words       real word vectors, a small cut of GloVe
    gpt         tokens, texts, models and their training
    show        arrays in, titled and described pictures out
    check       check, hint, show, predict, progress: what the exercise sheets talk to
    teach       JupyterLab's settings, slides: the instructor's side
    doctor      what is installed, what is missing, and the cure

Axes, always in this order and under these letters:

    B   batch              texts at once
    H   head               heads of attention
    T   token              positions in a text; T_query and T_key where they differ
    C   n_embd             width of the model, C = H * D
    D   head_size          width of one head
    V   vocab_size         tokens in the vocabulary

Importing `course_lib` alone imports nothing heavy; `python -m course_lib` lists the commands.
"""

__version__ = "0.1.0"
