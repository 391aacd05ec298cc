"""Groups of near points, for colours."""

from __future__ import annotations

import json

from vicinal.maps.clusters import check_count, clusters
from vicinal.serve.binary import Body
from vicinal.serve.columns import shortened
from vicinal.serve.served import Served
from vicinal.store.container import container_bytes


def clusters_bytes(served: Served, k: int, seed: int = 0) -> Body:
    """Pack the k groups of a space as a category: ``codes`` (n,) uint16, and ``labels`` in the metadata.

    Raises
    ------
    BadOption
        For k out of range.

    Examples
    --------
    >>> from vicinal import Space
    >>> served = Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]))
    >>> b'A, C' in clusters_bytes(served, 2).data
    True
    """

    def pack() -> Body:
        found = clusters(served.space, k, seed=seed)
        labels = [", ".join(shortened(name, 40) for name in names) for names in found.central]
        about = {
            "space": served.name,
            "fingerprint": served.space.fingerprint,
            "kind": "category",
            "labels": json.dumps(labels),
            "others": "0",
            "explained": str(found.explained),
        }
        return Body.of(container_bytes({"codes": found.codes}, about))

    check_count(k, len(served.space))
    return served.once(("clusters", k, seed), pack)
