"""Finding near rows quickly: kinds of index, quantised vectors, and recall as the setting."""
