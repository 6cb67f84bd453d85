"""The headers that every page has: they limit what a browser may load, frame, keep and tell others.

Source: https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html.
"""


def page_headers(content: str) -> dict[str, str]:
    """Return the headers of a page.

    Args:
        content: the part of the Content-Security-Policy that differs from page to page: what it may load and send.
    """
    return {
        "Content-Security-Policy": f"{content}; frame-ancestors 'none'; base-uri 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
