"""What is kept on disk of compiled kernels is good for the kernels it was made from, and for no others."""

import importlib.util
import pickle

import numba
import pytest

KERNEL = """
from vicinal._vectors import kernel

@kernel
def double(x):
    return 2 * x
"""


@pytest.fixture
def double(tmp_path):
    """A kernel in a file of its own, and so with a cache of its own."""
    path = tmp_path / "made_up.py"
    path.write_text(KERNEL)
    spec = importlib.util.spec_from_file_location("made_up", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.double


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_kept_results_that_name_vanished_modules_are_left_alone(double):
    from vicinal._vectors import is_on_disk

    index = double._cache._cache_file
    assert not is_on_disk(double)
    vanished = b"cvanished_module\nVanishedClass\n."  # as numba would have written it before a file was renamed
    with pytest.raises(ModuleNotFoundError):
        pickle.loads(vanished)
    double._cache._impl.locator.ensure_cache_path()
    with open(index._index_path, "wb") as file:
        pickle.dump(numba.__version__, file)
        file.write(vanished)
    assert not is_on_disk(double)
    assert double(4) == 8
    assert is_on_disk(double)
