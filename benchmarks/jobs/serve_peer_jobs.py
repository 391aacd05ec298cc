"""What people glue together today: FastAPI over hnswlib; run in the peers' environment.

serve_peer_jobs.py build MATRIX INDEX | serve_peer_jobs.py serve MATRIX NAMES INDEX PORT
"""

import sys  # annotations are read while the server is made, so they are no strings here
from pathlib import Path


def build(matrix: str, index: str) -> None:
    """Build the graph once."""
    import hnswlib
    import numpy as np

    vectors = np.load(matrix)
    graph = hnswlib.Index(space="cosine", dim=vectors.shape[1])
    graph.init_index(len(vectors), M=16, ef_construction=200)
    graph.add_items(vectors, num_threads=2)
    graph.save_index(index)


def serve(matrix: str, names: str, index: str, port: str) -> None:
    """Answer ``POST /nearest`` of a name."""
    import hnswlib
    import numpy as np
    import uvicorn
    from fastapi import FastAPI
    from pydantic import BaseModel

    vectors = np.load(matrix, mmap_mode="r")
    listed = Path(names).read_text("utf-8").split("\n")
    rows = {name: row for row, name in enumerate(listed)}
    graph = hnswlib.Index(space="cosine", dim=vectors.shape[1])
    graph.load_index(index)
    graph.set_ef(100)  # recall .95 on these vectors
    graph.set_num_threads(1)
    app = FastAPI()

    class Body(BaseModel):
        query: str
        k: int = 10

    @app.post("/spaces/words/nearest")
    async def nearest(body: Body) -> dict:
        row = rows[body.query]
        found, distances = graph.knn_query(vectors[row], k=body.k + 1)
        matches = [
            {"name": listed[at], "row": at, "score": 1 - distance}
            for at, distance in zip(found[0].tolist(), distances[0].tolist(), strict=True)
            if at != row
        ]
        return {"results": [{"query": body.query, "matches": matches[: body.k]}]}

    uvicorn.run(app, port=int(port), log_level="warning")


if __name__ == "__main__":
    {"build": build, "serve": serve}[sys.argv[1]](*sys.argv[2:])
