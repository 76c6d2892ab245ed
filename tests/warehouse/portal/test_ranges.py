"""Downloads as RFC 9110 has them: what was begun is gone on with or begun anew, never spliced."""

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from warehouse.portal.ranges import file_answer

CONTENT = bytes(range(256)) * 4
TAG = "a" * 64


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "回流_民政局.csv"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def ask(path):
    app = FastAPI()

    @app.api_route("/pinned", methods=["GET", "HEAD"])
    def pinned(request: Request):
        return file_answer(request, path, TAG)

    @app.api_route("/latest", methods=["GET", "HEAD"])
    def latest(request: Request):
        return file_answer(request, path, TAG, pinned=False)

    client = TestClient(app)
    return lambda path="/pinned", method="GET", **headers: client.request(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def test_the_whole_file(ask):
    answer = ask()
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["etag"] == f'"{TAG}"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''%E5%9B%9E")


def test_head_tells_all_but_the_content(ask):
    answer = ask(method="HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["etag"] == f'"{TAG}"'


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=1000-", 1000, 1023),
        ("bytes=-5", 1019, 1023),
        ("bytes=-5000", 0, 1023),
        ("bytes=1000-5000", 1000, 1023),
        ("BYTES = 3 - 3", 3, 3),
    ],
)
def test_one_range(ask, asked, first, last):
    answer = ask(range=asked)
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/1024"
    assert answer.content == CONTENT[first : last + 1]
    assert answer.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", ["bytes=abc", "bytes=5-2", "items=0-5", "bytes=-", "bytes=0-1,4-5", "bytes=", ""])
def test_a_range_that_makes_no_sense_or_several_are_passed_over(ask, asked):
    answer = ask(range=asked)
    assert (answer.status_code, answer.content) == (200, CONTENT)


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_behind_the_end(ask, asked):
    answer = ask(range=asked)
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */1024"


def test_a_range_is_for_get_alone(ask):
    answer = ask(method="HEAD", range="bytes=0-9")
    assert answer.status_code == 200
    assert "content-range" not in answer.headers


def test_a_range_of_the_same_release_goes_on_and_of_another_begins_anew(ask):
    assert ask(range="bytes=10-", if_range=f'"{TAG}"').content == CONTENT[10:]
    assert ask(range="bytes=10-", if_range='"another"').content == CONTENT
    assert ask(range="bytes=10-", if_range=f'W/"{TAG}"').content == CONTENT
    assert ask(range="bytes=10-", if_range="Sat, 28 Nov 2026 00:00:00 GMT").content == CONTENT


def test_what_may_change_its_content_goes_on_only_where_the_release_is_named(ask):
    assert ask("/latest", range="bytes=10-").content == CONTENT
    assert ask("/latest", range="bytes=10-", if_range=f'"{TAG}"').content == CONTENT[10:]


def test_what_is_there_already_is_not_sent_again(ask):
    changed = ask().headers["last-modified"]
    for headers in ({"if_none_match": f'"{TAG}"'}, {"if_none_match": f'W/"{TAG}"'}, {"if_none_match": '"x", *'}, {"if_modified_since": changed}):  # fmt: skip
        answer = ask(**headers)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == f'"{TAG}"'
    assert ask(if_none_match='"x"', if_modified_since=changed).status_code == 200


def test_a_condition_that_fails_sends_nothing(ask):
    assert ask(if_match='"x"').status_code == 412
    assert ask(if_match=f'W/"{TAG}"').status_code == 412
    assert ask(if_match=f'"{TAG}"').status_code == 200


def test_an_empty_file_has_no_ranges(ask, path):
    path.write_bytes(b"")
    assert ask().content == b""
    assert ask(range="bytes=0-").status_code == 416
    assert ask(range="bytes=-5").status_code == 200


def test_a_file_that_is_replaced_while_it_is_sent_stays_the_one_that_was_begun(path):
    from warehouse.portal.ranges import Span, _pieces

    pieces = _pieces(path.open("rb"), Span(0, len(CONTENT) - 1))
    begun = next(pieces)
    aside = path.with_suffix(".new")
    aside.write_bytes(b"x" * len(CONTENT))
    aside.replace(path)
    assert begun + b"".join(pieces) == CONTENT
