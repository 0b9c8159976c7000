"""The examples in `configs/` that use templates, against the servers they would talk to."""

import base64
import hashlib
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT
from tests.templates.cluster import TOKEN, Cluster
from tests.templates.conftest import Told, Verb, Web
from tests.templates.office import Office
from tests.templates.store import SECRET, Store

CONFIGS = ROOT / "configs"


def copied(name: str, folder: Path, values: dict[str, str]) -> Path:
    """An example that is elsewhere: a copy, with its templates, in which some of its texts are others."""
    text = (CONFIGS / name).read_text()
    for before, after in values.items():
        assert before in text
        text = text.replace(before, after)
    shutil.copytree(CONFIGS / "templates", folder / "templates")
    (folder / name).write_text(text)
    return folder / name


@pytest.fixture
def morning(web: Web, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The morning check, where its services are."""
    monkeypatch.setenv("SLACK_WEBHOOK", f"{web.url}/slack/not-to-be-seen")
    monkeypatch.setenv("TEAMS_WEBHOOK", f"{web.url}/teams/not-to-be-seen")
    where = {"http://localhost:8080": web.url, '"Mail.Port" = 25': f'"Mail.Port" = {office.ports["none"]}'}
    return copied("notifications.toml", tmp_path, where)


def test_the_morning_check_tells_slack_and_teams(
    octotui: Verb, web: Web, office: Office, morning: Path
) -> None:
    """S1, V5: what one template has found, others tell; the addresses of the webhooks are seen nowhere."""
    web.answers["GET", "/health"] = (200, b'all "fine"\n')
    told = octotui("run", morning, "morning-check")
    assert told.code == 0
    asked = {each.path.split("/")[1]: each for each in web.asked}
    assert asked["health"].headers["X-Asked-By"] == "run-1"
    assert asked["slack"].json == {"text": '*Morning check*: the service said "all "fine"\n"\n'}
    card = asked["teams"].json["attachments"][0]["content"]
    assert card["body"][1]["text"] == 'The service said "all "fine"\n".'
    assert office.box.mails == []
    assert told.ended("job-1.4")["outputs"] == {"Checksum": hashlib.sha256(b'all "fine"\n').hexdigest()}
    kept = (each.read_bytes() for each in told.state.rglob("*") if each.is_file())
    assert not any(b"not-to-be-seen" in each for each in kept)


def test_a_morning_check_that_fails_is_mailed(octotui: Verb, web: Web, office: Office, morning: Path) -> None:
    """S3."""
    web.answers["GET", "/health"] = (503, b"tired")
    told = octotui("run", morning, "morning-check")
    assert (told.code, len(web.asked)) == (1, 1)
    ((recipients, mail),) = office.box.mails
    assert (recipients, mail["Subject"]) == (["operations@example.org"], "Morning check failed")
    assert "The server answered 503; expected 200-299." in mail.get_content()


def prices(database: Path) -> list[int]:
    connection = sqlite3.connect(database)
    found = connection.execute("select cents from prices order by article").fetchall()
    connection.close()
    return [cents for (cents,) in found]


def test_prices_rise_when_somebody_has_looked_at_them(octotui: Verb, tmp_path: Path) -> None:
    """I1, S1: the question tells what a template has counted; after an abort nothing has changed."""
    where = {"Database": str(tmp_path / "shop.db")}
    file = CONFIGS / "database.toml"
    assert octotui("run", file, "make-shop", **where).code == 0
    aborted = octotui("run", file, "raise-prices", "--abort", **where)
    (asked,) = [each for each in aborted.events if each["type"] == "InterruptionRaised"]
    assert "Prices rise by **10 %**" in asked["instructions"]
    assert "`2\t16000`" in asked["instructions"]
    assert (aborted.code, prices(tmp_path / "shop.db")) == (1, [12000, 4000, 2500])
    done = octotui("run", file, "raise-prices", "--proceed", "--environment", "production", **where)
    assert (done.code, prices(tmp_path / "shop.db")) == (0, [12600, 4200, 2500])
    assert done.log("job-3.4") == "anchor\t12600\nbuoy\t4200\ngift card\t2500\n"


def test_the_shop_is_configured_in_the_cluster(
    octotui: Verb, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1, V5."""
    monkeypatch.setenv("KUBE_TOKEN", TOKEN)
    authority = f"\"Cluster.Authority\" = '''{cluster.authority}'''"
    where = {"https://localhost:6443": cluster.url, '"Cluster.Authority" = ""': authority}
    file = copied("kubernetes.toml", tmp_path, where)
    told = octotui("run", file, "configure-shop", "--environment", "test")
    assert told.code == 0
    held = cluster.held["shop", "shop"]["data"]
    assert held == {"Greeting": 'Welcome to the "test" shop', "Environment": "test"}
    assert told.log("job-1.2") == 'Welcome to the "test" shop\n'
    kept = (each.read_bytes() for each in told.state.rglob("*") if each.is_file())
    assert not any(TOKEN.encode() in each for each in kept)


BUNDLE = CONFIGS / "javascript-bundle.toml"
FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture
def buckets(store: Store, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Where the bundle goes: to a bucket for each environment."""
    monkeypatch.setenv("S3_SECRET_KEY", SECRET)
    for bucket in ("site-test", "site"):
        store.client.create_bucket(Bucket=bucket)
    return {"S3.Endpoint": store.url}


def deploy(octotui: Verb, project: str, where: dict[str, str], *options: str) -> Told:
    """Make a release of a project, and deploy it to the test environment."""
    assert octotui("release", BUNDLE, project, *options).code == 0
    return octotui("deploy", BUNDLE, project, "--environment", "test", **where)


def page(store: Store, bucket: str = "site-test") -> str:
    """The address of the script that the shop's page refers to."""
    (found,) = re.findall('<script src="(.*?)"', store.body("shop/index.html", bucket).decode())
    return str(found)


@pytest.mark.xdist_group("s3")
def test_a_shared_bundle_is_named_by_its_content_and_another_project_refers_to_it(
    octotui: Verb, store: Store, buckets: dict[str, str]
) -> None:
    """V4, S1: hashed name, headers to keep it for ever, its address published for the environment."""
    early = deploy(octotui, "shop", buckets)
    assert (early.code, early.ended("job-1.1")["reason"]) == (
        1,
        "no bundle was deployed to Test yet: deploy the project bundle first",
    )
    assert deploy(octotui, "bundle", buckets, "--package", "greeter=1.0.0").code == 0
    assert deploy(octotui, "shop", buckets).code == 0
    (first,) = store.names("site-test", "shared/")
    content = store.body(first, "site-test")
    assert first == f"shared/greeter.{hashlib.sha256(content).hexdigest()[:16]}.js"
    assert b"Hello!" in content
    assert page(store) == f"{store.url}/site-test/{first}"
    assert store.headers(first, "site-test") == ("text/javascript; charset=utf-8", FOREVER)
    assert store.headers("shop/index.html", "site-test") == ("text/html; charset=utf-8", "no-cache")
    integrity = base64.b64encode(hashlib.sha384(content).digest()).decode()
    assert f'integrity="sha384-{integrity}"' in store.body("shop/index.html", "site-test").decode()


@pytest.mark.xdist_group("s3")
def test_a_new_bundle_has_a_new_address_and_the_old_one_stays(
    octotui: Verb, store: Store, buckets: dict[str, str]
) -> None:
    """V4, S1: pages that are open keep their bundle; the next one of the shop refers to the new one."""
    for version in ("1.0.0", "1.1.0"):
        assert deploy(octotui, "bundle", buckets, "--package", f"greeter={version}").code == 0
    told = deploy(octotui, "shop", buckets)
    assert told.code == 0
    found = {key: store.body(key, "site-test") for key in store.names("site-test", "shared/")}
    (newest,) = [key for key, body in found.items() if b"Welcome back!" in body]
    assert (len(found), page(store)) == (2, f"{store.url}/site-test/{newest}")
    promoted = octotui("promote", BUNDLE, "shop", "--from", "test", **buckets)
    assert "no bundle was deployed to Production yet" in promoted.ended("job-4.1")["reason"]
    for project in ("bundle", "shop"):
        assert octotui("promote", BUNDLE, project, "--from", "test", **buckets).code == 0
    assert page(store, "site") == f"{store.url}/site/{newest}"
    kept = (each.read_bytes() for each in told.state.rglob("*") if each.is_file())
    assert not any(SECRET.encode() in each for each in kept)
