"""Schemathesis asks everything that the API's own description allows, and much that it does not."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Unsatisfiable

from vicinal import PPMI, Space, build_index
from vicinal.serve import Model, Served, Settings, Shelf, create_app

schemathesis = pytest.importorskip("schemathesis")
from schemathesis import GenerationMode  # noqa: E402
from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: E402

_ENCODER = PPMI(dim=4, min_count=1).fit(["the cat sat on the mat", "the dog sat on the log"] * 5)
EXAMPLES = 15


@pytest.fixture(scope="module")
def app(index, make):
    space = make(300, 8)
    served = [
        Served("words", space, build_index(space, kind="exact")),
        Served("little", space.take(["w1", "w2", "w3"])),
    ]
    settings = Settings(hosts=("testserver", "localhost"), max_k=50, max_batch=50)
    return create_app(Shelf(served, [Model("tiny", _ENCODER)]), settings)


@pytest.fixture(scope="module")
def schema(app):
    return schemathesis.openapi.from_asgi("/openapi.json", app)


KNOWN = {"name": ["words", "little"], "model": ["tiny"]}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Ask half of all questions of what there is, so that more than 404 is seen."""
    for key, known in KNOWN.items():
        value = path_parameters.get(key) if path_parameters else None
        if isinstance(value, str) and len(value) % 4:
            path_parameters[key] = known[len(value) % len(known)]
    return path_parameters


def operations():
    """Every address and method of the API."""
    tiny = create_app(Shelf([Served("tiny", Space(["a"], [[1.0]]))]))
    return [(path, method) for path, item in tiny.openapi()["paths"].items() for method in item]


@pytest.mark.parametrize(("path", "method"), operations(), ids=lambda part: part)
def test_nothing_breaks_and_answers_are_as_described(schema, path, method):
    operation = schema[path][method]
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        @hypothesis.settings(
            max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def ask(case):
            # a name that is not there is 422, though no schema can say so
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        with suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext():
            ask()  # what takes nothing cannot be asked wrongly


def test_the_description_is_written_down(app):
    """`docs/reference/http.md` is what the application says of itself."""
    from vicinal.serve.http.reference import reference

    path = Path(__file__).parents[2] / "docs" / "reference" / "http.md"
    assert path.read_text("utf-8") == reference(), "run python -m vicinal.serve.http.reference"
