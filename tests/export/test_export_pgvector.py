"""pgvector: what a real PostgreSQL makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from vicinal import Space
from vicinal.errors import BadInput, BadOption, OutputExists
from vicinal.export import _pgvector_sql as sql
from vicinal.export import export

OPERATORS = {"cosine": "<=>", "dot": "<#>", "euclidean": "<->"}
TYPES = {
    "count": "bigint", "small": "smallint", "tiny": "smallint", "middle": "integer", "wide": "bigint", "big": "bigint",
    "weight": "double precision", "half": "real", "single": "real", "good": "boolean", "kind": "text",
    "odd \"name'\n": "bigint", "name": "text",
}  # fmt: skip


@pytest.fixture(params=["file", "push"])
def load(request, database, tmp_path):
    """Bring a space into the database both ways."""

    def bring(space, **options):
        if request.param == "push":
            return export(space, database.url, **options)
        done = export(space, tmp_path / "x.sql", force=True, **options)
        result = database.load(tmp_path / "x.sql")
        assert result.returncode == 0, result.stderr
        return done

    return bring


def answers(database, space, metric, table="vectors"):
    def answer(row, k):
        own = f"(SELECT embedding FROM {sql.identifier(table)} WHERE name = %s)"
        query = f"SELECT name FROM {sql.identifier(table)} ORDER BY embedding {OPERATORS[metric]} {own} LIMIT {k}"
        return [name for (name,) in database.ask(query, space.names[row])]

    return answer


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_neighbours_are_those_of_the_space(load, database, make, same_answers, metric):
    space = make(metric=metric)
    done = load(space)
    assert (done.to, done.rows, done.dim, done.metric) == ("pgvector", len(space), 12, metric)
    same_answers(space, metric, answers(database, space, metric))


def test_everything_comes_back(load, database, make):
    space = make()
    load(space)
    keys = ", ".join(sql.identifier(key) for key in space.columns)
    rows = {row[0]: row[1:] for row in database.ask(f"SELECT name, embedding::real[], {keys} FROM vectors")}
    assert sorted(rows) == sorted(space.names)
    for at, name in enumerate(space.names):
        assert np.array(rows[name][0], np.float32).tobytes() == space.matrix[at].tobytes()
        for key, value in zip(space.columns, rows[name][1:], strict=True):
            kept = space.columns[key].dtype.type(value) if key in ("half", "single") else value
            assert kept == space.columns[key][at], key
    query = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'vectors'"
    assert {key: kind for key, kind in database.ask(query) if key != "embedding"} == TYPES


def test_numbers_that_are_not_finite_come_back(load, database):
    space = Space(
        ["a", "b", "c"], np.eye(3), columns={"x": [np.nan, np.inf, -np.inf], "y": np.float32([np.nan, 1, -np.inf])}
    )
    load(space)
    rows = database.ask("SELECT x, y FROM vectors ORDER BY name")
    assert np.array_equal(rows, np.stack([space.columns["x"], space.columns["y"]], 1), equal_nan=True)


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_the_index_is_there_and_used(load, database, make, same_answers, metric):
    space = make(600, metric=metric)
    load(space, m=12, ef_construction=80)
    (definition,) = (text for (text,) in database.ask("SELECT indexdef FROM pg_indexes WHERE indexdef LIKE '%%hnsw%%'"))
    kind = {"cosine": "vector_cosine_ops", "dot": "vector_ip_ops", "euclidean": "vector_l2_ops"}[metric]
    assert kind in definition and "m='12'" in definition and "ef_construction='80'" in definition
    settings = ("enable_seqscan = off", "hnsw.ef_search = 200")
    database.do(*(f"ALTER DATABASE {database.name} SET {setting}" for setting in settings))
    question = sql.query("vectors", metric, "king")
    assert "Index Scan using vectors_embedding_idx" in str(database.ask(f"EXPLAIN {question}"))
    same_answers(space, metric, answers(database, space, metric), least=0.95)


def test_the_question_shown_works_and_gives_scores(load, database, make):
    for metric in OPERATORS:
        space = make(hostile=False)
        done = load(space, metric=metric, table=metric, index=False)
        found = database.ask(done.query)
        exact = space.nearest(space.matrix[0], 10, metric=metric)[0]
        assert [name for name, _ in found] == [match.name for match in exact]
        assert np.allclose([score for _, score in found], [match.score for match in exact], atol=1e-5)


@pytest.mark.parametrize("name", ["'; DROP TABLE t; --", "a\nDROP TABLE vectors;\n--", "\\'", "\u2028x", "🦊'"])
def test_a_question_about_a_hostile_name_is_harmless(load, database, name):
    done = load(Space([name, "\t"], np.eye(2)))
    assert "\n" not in done.query
    assert database.ask(done.query)[0][0] == name


def test_hostile_tables_and_columns(load, database, tmp_path):
    table, key = 'x"; DROP TABLE y; --', "a'b\"c\\d:e%f"
    done = load(Space(["a", "b"], np.eye(2), columns={key: ["\\x", "y"]}), table=table)
    assert database.ask(done.query)[0][0] == "a"
    assert database.ask(
        f"SELECT {sql.identifier(key).replace('%', '%%')} FROM {sql.identifier(table)} WHERE name=%s", "a"
    ) == [("\\x",)]


def test_many_dimensions_become_halfvec(load, database, make, same_answers):
    space = make(60, 2100)
    done = load(space)
    assert "float32 became float16" in done.lost
    assert "halfvec_cosine_ops" in str(database.ask("SELECT indexdef FROM pg_indexes"))
    types = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'vectors'::regclass"
    (kind,) = database.ask(f"{types} AND attname = 'embedding'")
    assert kind == ("halfvec(2100)",)
    same_answers(space, "cosine", answers(database, space, "cosine"), least=0.98)


def test_float16_is_kept(load, database, make):
    space = make(40, dtype=np.float16)
    assert "float32 became float16" not in load(space).lost
    rows = dict(database.ask("SELECT name, embedding::real[] FROM vectors"))
    assert all(
        np.array(rows[name], np.float16).tobytes() == space.matrix[at].tobytes() for at, name in enumerate(space.names)
    )


def test_more_dimensions_than_an_index_takes(load, database):
    done = load(Space(["a", "b"], np.eye(2, 5000)))
    assert any("no index" in lost for lost in done.lost)
    assert "hnsw" not in str(database.ask("SELECT indexdef FROM pg_indexes"))
    with pytest.raises(BadInput, match="16,000 dimensions"):
        load(Space(["a"], np.ones((1, 16_001))))


def test_rows_of_zeros(load, database):
    done = load(Space(["zero", "a", "b"], [[0, 0], [1, 0], [0, 1]]))
    assert any("zeros" in lost for lost in done.lost)
    assert database.ask("SELECT count(*) FROM vectors") == [(3,)]


def test_a_table_is_replaced_only_by_force(database, make):
    export(make(50), database.url)
    with pytest.raises(OutputExists, match=r"'vectors' exists.*--force"):
        export(make(60), database.url)
    assert database.ask("SELECT count(*) FROM vectors") == [(50,)]
    export(make(60), database.url, force=True)
    export(make(70), database.url, table="other")
    assert database.ask("SELECT count(*) FROM vectors") == [(60,)]


def test_a_file_loaded_twice_changes_nothing_unless_told(database, make, tmp_path):
    export(make(50), tmp_path / "x.sql")
    assert database.load(tmp_path / "x.sql").returncode == 0
    export(make(60), tmp_path / "x.sql", force=True)
    assert database.load(tmp_path / "x.sql").returncode != 0
    assert database.ask("SELECT count(*) FROM vectors") == [(50,)]
    assert database.load(tmp_path / "x.sql", "-v", "replace=1").returncode == 0
    assert database.ask("SELECT count(*) FROM vectors") == [(60,)]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_cut_off_changes_nothing(database, make, tmp_path, share):
    export(make(80), tmp_path / "x.sql")
    content = (tmp_path / "x.sql").read_bytes()
    end = content.index(b"COMMIT;")
    (tmp_path / "cut.sql").write_bytes(content[: int(end * share)])
    database.load(tmp_path / "cut.sql")
    assert database.ask("SELECT to_regclass('vectors')") == [(None,)]


def test_a_push_that_fails_midway_leaves_what_was_there(database, make):
    export(make(50), database.url)

    def fail(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(make(60), database.url, force=True, callback=fail)
    assert database.ask("SELECT count(*) FROM vectors") == [(50,)]


def test_an_existing_file_is_kept(make, tmp_path):
    path = tmp_path / "x.sql"
    path.write_text("mine")
    with pytest.raises(OutputExists):
        export(make(40), path)
    assert path.read_text() == "mine"
    assert [item.name for item in tmp_path.iterdir()] == ["x.sql"]


@pytest.mark.parametrize(
    ("space", "options", "says"),
    [
        (Space(["a\0b"], [[1]]), {}, r"'a\\x00b' holds a zero character"),
        (Space(["a"], [[1]], columns={"x": ["\0y"]}), {}, "column 'x' holds a zero character"),
        (Space(["é" * 1301], [[1]]), {}, "longer than 2,600 bytes"),
        (Space(["a"], [[1]], columns={"embedding": [1]}), {}, "cannot be called 'embedding'"),
        (Space(["a"], [[1]], columns={"ctid": [1]}), {}, "cannot be called 'ctid'"),
        (Space(["a"], [[1]], columns={"x": np.array([2**63], np.uint64)}), {}, r"up to 2\^63"),
        (Space(["a"], [[1]], columns={"x": np.array([None])}), {}, "numbers, booleans and text"),
        (Space(["a"], [[1e6]]), {"type": "halfvec"}, "'a' holds a number too large for halfvec"),
        (Space(["a"], [[1]], columns={"x" * 64: [1]}), {}, "1 to 63 bytes"),
        (Space(["a"], [[1]]), {"table": "two\nlines"}, "control characters"),
        (Space(["a"], [[1]]), {"table": ""}, "1 to 63 bytes"),
        (Space(["a"], [[1]]), {"m": 40}, "at least twice m"),
        (Space(["a"], [[1]]), {"m": 1}, "m must be an integer from 2 to 100"),
        (Space(["a"], [[1]]), {"type": "bit"}, "type must be one of"),
        (Space(["a"], [[1]]), {"metric": "manhattan"}, "metric must be one of"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_written(tmp_path, space, options, says):
    with pytest.raises((BadInput, BadOption), match=says):
        export(space, tmp_path / "x.sql", **options)
    assert not list(tmp_path.iterdir())


def test_names_at_the_limit_are_taken(load):
    letters = np.random.default_rng(0).integers(33, 127, 2600).astype(np.uint8).tobytes().decode()
    load(Space([letters, "é" * 1300], np.eye(2)))


def test_passwords_are_not_shown(need):
    need("psycopg")
    with pytest.raises(BadInput, match="no connection to") as caught:
        export(Space(["a"], [[1]]), "postgresql://me:topsecret@127.0.0.1:1/x?connect_timeout=2")
    assert "topsecret" not in str(caught.value)
    with pytest.raises(BadInput) as caught:
        export(Space(["a"], [[1]]), "postgresql://me:topsecret@127.0.0.1:port/x")
    assert "topsecret" not in str(caught.value)
