"""Sessions in files: their text, what their runs came to, the one that is saved by itself, and tests made of them."""
