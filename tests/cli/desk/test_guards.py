"""The guards of the desk: who is let in, and what no other page can do."""

from __future__ import annotations

import pytest

from tests.cli.desk.conftest import KEY
from tests.support.asgi import Client


def test_the_key_works_once_and_leaves_a_cookie_in_its_place(outsider: Client) -> None:
    let_in = outsider.get(f"/?key={KEY}")
    assert (let_in.status, let_in.headers["location"]) == (303, "/")
    cookie = let_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert KEY.lower() not in cookie
    assert outsider.get("/cases").status == 200
    assert Client(outsider.app).get(f"/?key={KEY}").status == 403, "the key was used"
    assert outsider.get(f"/?key={KEY}").status == 303, "a reload by the one who was let in"


@pytest.mark.parametrize("path", ["/", "/cases", "/?key=", "/?key=another", "/web/desk.js"])
def test_nobody_is_let_in_without_the_key(outsider: Client, path: str) -> None:
    assert outsider.get(path).status == 403
    outsider.cookies["visa-packet-desk"] = "guessed"
    assert outsider.get(path).status == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8025", "127.0.0.1", "127.0.0.1:80", ""])
def test_another_host_is_refused_even_with_the_cookie(client: Client, host: str) -> None:
    """A page whose name leads to this machine (DNS rebinding) is called by its own name."""
    assert client.get("/cases", host=host).status == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_no_other_page_can_change_anything(client: Client, case: str, method: str, site: str) -> None:
    assert client.send(method, case, {}, sec_fetch_site=site).status == 403


@pytest.mark.parametrize(
    ("origin", "status"), [("http://127.0.0.1:8025", 200), ("http://evil.example", 403), ("null", 403), ("", 403)]
)
def test_in_an_older_browser_the_origin_counts(client: Client, case: str, origin: str, status: int) -> None:
    client.says_where_from = False
    assert client.send("POST", f"{case}/check", {}, **({"origin": origin} if origin else {})).status == status


def test_every_answer_says_what_a_browser_may_do_with_it(client: Client, case: str) -> None:
    for path in ("/cases", case, f"{case}/papers", "/web/desk.js", "/cases/unknown"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
