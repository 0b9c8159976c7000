"""The templates s3-upload and s3-static-site, against a local S3 server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.templates.conftest import Done, Run

SECRET = "wJalrXUtnFEMI-not-to-be-seen"


class Store:
    """An S3 server with one bucket, and a client to look into it."""

    def __init__(self, url: str) -> None:
        self.url = url
        keys = {"aws_access_key_id": "AKIA", "aws_secret_access_key": SECRET}
        self.client: Any = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)
        self.client.create_bucket(Bucket="site")

    def empty(self) -> None:
        for key in self.names():
            self.client.delete_object(Bucket="site", Key=key)

    def names(self) -> list[str]:
        return [each["Key"] for each in self.client.list_objects_v2(Bucket="site").get("Contents", ())]

    def headers(self, key: str) -> tuple[str, str | None]:
        found = self.client.head_object(Bucket="site", Key=key)
        return found["ContentType"], found.get("CacheControl")

    def body(self, key: str) -> bytes:
        content: bytes = self.client.get_object(Bucket="site", Key=key)["Body"].read()
        return content


@pytest.fixture(scope="module")
def opened() -> Iterator[Store]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    store = Store(f"http://{host}:{port}")
    yield store
    store.client.close()
    server.stop()


@pytest.fixture
def store(opened: Store) -> Store:
    opened.empty()
    return opened


def upload(run: Run, store: Store, template: str, **more: object) -> Done:
    where = {"Bucket": "site", "Endpoint": store.url, "AccessKey": "AKIA", "SecretKey": "#{Secret}"}
    return run(template, {"Secret": SECRET}, **where | more)


def site(folder: Path, **files: str) -> str:
    for name, text in files.items():
        file = folder / "site" / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return str(folder / "site")


def test_a_file_with_its_headers(run: Run, store: Store, tmp_path: Path) -> None:
    """S1, V5, V7: what is stored, how browsers keep it, and where it is."""
    (tmp_path / "notes ö.txt").write_text("grün", encoding="utf-8")
    done = upload(
        run, store, "s3-upload", Source=f"{tmp_path}/notes ö.txt", Prefix="/a/b/", CacheControl="max-age=60"
    )
    assert (done.state, done.reason) == ("succeeded", "")
    assert store.body("a/b/notes ö.txt") == "grün".encode()
    assert store.headers("a/b/notes ö.txt") == ("text/plain; charset=utf-8", "max-age=60")
    assert done.outputs == {"Url": f"{store.url}/site/a/b/notes%20%C3%B6.txt", "Count": "1"}
    assert SECRET not in done.log


def test_a_folder_with_all_that_is_in_it(run: Run, store: Store, tmp_path: Path) -> None:
    source = site(tmp_path, index_html="<p>", deep__er__data_json="{}")
    done = upload(run, store, "s3-upload", Source=source, PublicUrl="https://cdn.example.org/", Prefix="v1")
    assert store.names() == ["v1/deep/er/data.json", "v1/index.html"]
    assert store.headers("v1/deep/er/data.json") == ("application/json", None)
    assert done.outputs == {"Url": "https://cdn.example.org/v1/", "Count": "2"}


def test_a_site_with_its_cache_headers(run: Run, store: Store, tmp_path: Path) -> None:
    """What never changes may be kept for a year and comes first; pages come last."""
    source = site(
        tmp_path, index_html="<p>", robots_txt="", assets__app_3f9a_js="1", assets__app_77aa_css="a{}"
    )
    done = upload(run, store, "s3-static-site", Source=source)
    forever = "public, max-age=31536000, immutable"
    assert {key: store.headers(key) for key in store.names()} == {
        "assets/app.3f9a.js": ("text/javascript; charset=utf-8", forever),
        "assets/app.77aa.css": ("text/css; charset=utf-8", forever),
        "index.html": ("text/html; charset=utf-8", "no-cache"),
        "robots.txt": ("text/plain; charset=utf-8", "no-cache"),
    }
    assert [line.split()[0] for line in done.log.splitlines()] == [
        "assets/app.3f9a.js",
        "assets/app.77aa.css",
        "robots.txt",
        "index.html",
    ]
    assert done.outputs == {"Url": f"{store.url}/site/", "Count": "4"}


def test_what_the_site_has_no_more_is_deleted_unless_it_never_changes(
    run: Run, store: Store, tmp_path: Path
) -> None:
    for key in ("www/old.html", "www/app.1.js", "other/page.html"):
        store.client.put_object(Bucket="site", Key=key, Body=b"old")
    source = site(tmp_path, index_html="<p>")
    more = {"Prefix": "www", "Immutable": "\n*.?.js\n", "CacheControl": "max-age=5"}
    kept = ["other/page.html", "www/app.1.js", "www/index.html"]
    upload(run, store, "s3-static-site", Source=source, **more)
    assert store.names() == [*kept, "www/old.html"]
    done = upload(run, store, "s3-static-site", Source=source, **more, Delete=True)
    assert (done.state, store.names()) == ("succeeded", kept)
    assert store.headers("www/index.html")[1] == "max-age=5"


@pytest.mark.parametrize("template", ["s3-upload", "s3-static-site"])
def test_failures_are_sentences(run: Run, store: Store, tmp_path: Path, template: str) -> None:
    empty = upload(run, store, template, Source=f"{tmp_path}/nothing")
    assert (empty.state, empty.reason) == ("failed", f"There is nothing to upload in {tmp_path}/nothing.")
    nowhere = upload(run, store, template, Source=site(tmp_path, a_txt="a"), Bucket="no-such")
    assert nowhere.state == "failed"
    assert nowhere.reason.startswith("The upload failed: ")
    assert "NoSuchBucket" in nowhere.reason
