"""From text to a GPT: tokens, texts, models and their training."""
