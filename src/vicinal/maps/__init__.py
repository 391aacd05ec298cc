"""Maps of a space: principal components, pictures, how far to trust them, and paths from one name to another."""

from vicinal.maps._canvas import Picture
from vicinal.maps.clusters import Clusters, clusters
from vicinal.maps.heatmap import heatmap
from vicinal.maps.map import Map
from vicinal.maps.order import seriate
from vicinal.maps.paths import PathBetween, path_between
from vicinal.maps.pca import components, pca_map
from vicinal.maps.picture import scatter
from vicinal.maps.quality import measure
from vicinal.maps.tradeoff import trade_off
from vicinal.maps.trust import PointTrust, Trust, point_trust
from vicinal.maps.tsne import tsne_map
from vicinal.maps.umap import umap_map

__all__ = [
    "Clusters",
    "Map",
    "PathBetween",
    "Picture",
    "PointTrust",
    "Trust",
    "clusters",
    "components",
    "heatmap",
    "measure",
    "path_between",
    "pca_map",
    "point_trust",
    "scatter",
    "seriate",
    "trade_off",
    "tsne_map",
    "umap_map",
]
