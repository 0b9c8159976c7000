"""P1: what servers say they hold, in each of the ways they say it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octotui.store.packages.feed_listings import Listed, ListingError, read_listing

URL = "https://feeds.example/tools/?sort=name"
BUCKET = '<?xml version="1.0"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{}</ListBucketResult>'
OBJECT = "<Contents><Size>{}</Size><Key>{}</Key><Owner><ID>7</ID></Owner></Contents>"


def names(body: str, url: str = URL) -> list[str]:
    return [each.name for each in read_listing(body.encode(), url).files]


def test_a_page_of_links() -> None:
    page = """<!doctype html><h1>Index</h1><a href="../">up</a> <a name="x">no</a>
        <a href="mailto:ann">ann</a>
        <a href="tools.1.0.0.zip">tools</a> <A HREF='/other/my%20tool.2.0.zip#top'>my tool</A>
        <a href="tools.1.0.0.zip">again</a> <a href="https://cdn.example/x.1.0.zip?key=1">x</a> <a href="http://[">"""
    assert read_listing(page.encode(), URL).files == (
        Listed("tools.1.0.0.zip", "https://feeds.example/tools/tools.1.0.0.zip"),
        Listed("my tool.2.0.zip", "https://feeds.example/other/my%20tool.2.0.zip"),
        Listed("x.1.0.zip", "https://cdn.example/x.1.0.zip?key=1"),
    )


@pytest.mark.parametrize(
    "body",
    [
        '["tools.1.0.0.zip"]',
        '{"packages": ["tools.1.0.0.zip"], "count": 1}',
        '\ufeff [{"name": "tools.1.0.0.zip", "type": "file"}, {"size": 7}, 7, null]',
        '[{"href": "/tools/tools.1.0.0.zip"}]',
        '[{"name": "said", "url": "tools.1.0.0.zip"}]',
    ],
)
def test_json_lists_of_names_and_of_objects(body: str) -> None:
    assert read_listing(body.encode(), URL).files == (
        Listed("tools.1.0.0.zip", "https://feeds.example/tools/tools.1.0.0.zip"),
    )


def test_json_may_tell_sizes_and_checksums() -> None:
    body = b'[{"name": "a.1.0.zip", "size": 70, "sha256": "ABC"}, {"name": "b.1.0.zip", "size": "much"}]'
    first, second = read_listing(body, URL).files
    assert (first.size, first.sha256) == (70, "abc")
    assert (second.size, second.sha256) == (None, "")


def test_a_bucket_and_where_it_goes_on() -> None:
    key = "my tools/tools.1.0.0+7.zip"
    said = BUCKET.format(
        "<IsTruncated>true</IsTruncated>"
        + OBJECT.format(70, key)
        + "<NextContinuationToken>a/b=</NextContinuationToken>"
    )
    page = read_listing(said.encode(), "https://s3.example/bucket?list-type=2&continuation-token=old")
    assert page.files == (
        Listed("tools.1.0.0+7.zip", "https://s3.example/bucket/my%20tools/tools.1.0.0%2B7.zip", 70),
    )
    assert page.following == "https://s3.example/bucket?list-type=2&continuation-token=a%2Fb%3D"


def test_a_bucket_in_the_first_version_of_its_listing_goes_on_after_its_last_key() -> None:
    said = BUCKET.format("<IsTruncated>true</IsTruncated>" + OBJECT.format(1, "a.1.0.zip"))
    assert (
        read_listing(said.encode(), "https://s3.example/b/").following
        == "https://s3.example/b/?marker=a.1.0.zip"
    )
    marked = said.replace("</IsTruncated>", "</IsTruncated><NextMarker>m</NextMarker>")
    assert (
        read_listing(marked.encode(), "https://s3.example/b/").following == "https://s3.example/b/?marker=m"
    )
    whole = BUCKET.format("<IsTruncated>false</IsTruncated>" + OBJECT.format("x", "a.1.0.zip"))
    assert read_listing(whole.encode(), "https://s3.example/b/").following is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "answers neither with a web page of links, nor with JSON, nor as S3 does"),
        ("PK\x03\x04", "answers neither"),
        ("{", "answers with broken JSON"),
        ("[" * 100_000, "answers with broken JSON"),
        ('{"error": "no"}', "answers with JSON that is no list of packages"),
        ("<ListBucketResult><Contents>", "answers with broken XML"),
        (BUCKET.format("<IsTruncated>true</IsTruncated>"), "says that its listing continues, but not where"),
        (
            '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY c "&a;&a;">]><ListBucketResult>&c;',
            "declares entities, which is refused",
        ),
    ],
)
def test_what_is_no_listing_is_a_sentence(body: str, said: str) -> None:
    with pytest.raises(ListingError, match=said):
        read_listing(body.encode(), URL)


@given(st.binary(max_size=60), st.sampled_from([b"", b"<", b"[", b"{", b"<ListBucketResult>", b"<a href="]))
def test_no_answer_raises_anything_but_its_own_error(body: bytes, begin: bytes) -> None:
    try:
        found = read_listing(begin + body, URL)
    except ListingError as error:
        assert str(error).startswith(("answers", "says"))  # noqa: PT017 - most answers are listings
    else:
        assert all(each.url.startswith("http") for each in found.files)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<html><![x[ <a href=a.1.0.zip>", "answers with broken HTML"),
        (f"<ListBucketResult>{'<a>' * 100_000}", "answers with XML that is nested without end"),
        ("[" * 100_000, "answers with broken JSON"),
    ],
)
def test_p1_what_is_made_to_break_the_reader_is_a_sentence(body: str, said: str) -> None:
    with pytest.raises(ListingError, match=said):
        read_listing(body.encode(), URL)


def test_p1_names_that_are_none_and_sizes_without_end_are_left_out() -> None:
    bad = ["a%00.1.0.zip", "a%1b]0;x.1.0.zip", "a%E2%80%AE.1.0.zip", f"{'a' * 300}.1.0.zip"]
    assert names(str(bad).replace("'", '"')) == []
    (listed,) = read_listing(BUCKET.format(OBJECT.format("9" * 5000, "a.1.0.zip")).encode(), URL).files
    assert listed.size is None
