"""The templates s3-upload and s3-static-site, against a local S3 server."""

from pathlib import Path

import pytest

from tests.templates.conftest import Done, Run
from tests.templates.store import SECRET, Store

pytestmark = pytest.mark.xdist_group("s3")  # one server for all


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
