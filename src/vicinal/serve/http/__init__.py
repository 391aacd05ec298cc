"""Routes, bodies and limits of the server; imported through `vicinal.serve.door` alone."""
