"""The page of the app: a terminal, and a sentence once the app has ended. It takes nothing from elsewhere."""

from html import escape

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self';"
    " img-src 'self' data:; connect-src {socket}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "octotui",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{path}static/css/xterm.css">
<style>
@font-face {{
  font-family: "Roboto Mono";
  src: url("{path}static/fonts/RobotoMono-VariableFont_wght.ttf");
  font-weight: 100 700;
}}
html, body {{ margin: 0; height: 100%; background: #121212; }}
body {{ color: #e0e0e0; font-family: "Roboto Mono", monospace; }}
#terminal {{ height: 100%; overflow: hidden; }}
#ended {{ display: none; position: fixed; inset: 0; background: #121212; padding: 3em; }}
body.-closed #ended {{ display: block; }}
#ended a {{ color: inherit; }}
</style>
<script src="{path}static/js/textual.js"></script>
<script src="{path}focus.js"></script>
</head>
<body>
<div id="terminal" class="textual-terminal" data-session-websocket-url="{socket}" data-font-size="15"></div>
<div id="ended"><p>The app has ended here; runs go on. <a href="{path}">Open it again</a></p>
<p>Where it fails, the terminal of <code>octotui web</code> says why.</p></div>
</body>
</html>
"""

FOCUS = """addEventListener("load", () => {
  const seeking = setInterval(() => {
    const keys = document.querySelector(".xterm-helper-textarea");
    if (keys) { keys.focus(); clearInterval(seeking); }
  }, 50);
});
"""
"""A script that has the terminal take keys without a click; the policy allows none within the page."""


def page(title: str, origin: str, path: str) -> str:
    """Return the page of a server at an origin."""
    return PAGE.format(title=escape(title), path=escape(path), socket=escape(socket_url(origin, path)))


def socket_url(origin: str, path: str) -> str:
    """Return the URL of the web socket of an app."""
    return f"ws{origin.removeprefix('http')}{path}ws"


def headers(origin: str) -> dict[str, str]:
    """Return the headers of every answer: nothing is kept, framed, sent on, or taken from elsewhere."""
    return {**HEADERS, "Content-Security-Policy": POLICY.format(socket=f"ws{origin.removeprefix('http')}")}
