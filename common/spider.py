"""An independent crawl of a web site, to compare the course's crawls with.

usage: spider.py URL [EXCLUDE]

It keeps to the rules of the course's crawl and shares no code with it: breadth
first, the same host and port, the href of each <a> and <area> of HTML pages,
each page once, redirects followed, no link whose address matches the regular
expression EXCLUDE. It prints a JSON report that has the same
shape, with the members that can be compared.
"""

import html.parser
import http.client
import json
import re
import string
import sys
import urllib.parse


class Links(html.parser.HTMLParser):
    """Collects the links of a page, as they stand there, and its base."""

    def __init__(self):
        super().__init__()
        self.base = None
        self.hrefs = []

    def handle_starttag(self, tag, attributes):
        href = next((v for k, v in attributes if k == "href"), None)
        if href is None:
            return
        if tag in ("a", "area"):
            self.hrefs.append(href)
        elif tag == "base" and self.base is None:
            self.base = href


def normal(url):
    """One spelling for every address of a page."""
    parts = urllib.parse.urlsplit(url)
    safe = string.ascii_letters + string.digits + "/:;=@!$&'()*+,-._~%"
    path = urllib.parse.quote(parts.path or "/", safe)
    query = urllib.parse.quote(parts.query, safe + "?")
    return urllib.parse.urlunsplit(
        (parts.scheme, parts.netloc.lower(), path, query, ""))


def get(url):
    """Status, media type, Location and body; redirects are not followed."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    try:
        target = parts.path + ("?" + parts.query if parts.query else "")
        connection.request("GET", target)
        answer = connection.getresponse()
        media_type = answer.getheader("Content-Type", "").partition(";")[0]
        return (answer.status, media_type.strip().lower(),
                answer.getheader("Location"), answer.read())
    finally:
        connection.close()


def links_of(url, body):
    parser = Links()
    parser.feed(body.decode("utf-8", "replace"))
    parser.close()
    base = urllib.parse.urljoin(url, parser.base or "")
    for href in parser.hrefs:
        try:
            yield normal(urllib.parse.urljoin(base, href.strip()))
        except ValueError:
            pass  # what is no URL is no link


def crawl(root, exclude):
    origin = urllib.parse.urlsplit(root)[:2]
    root = normal(root)
    queue, seen, pages = [root], {root}, []
    for url in queue:  # which grows meanwhile
        status, media_type, location, body = get(url)
        page = {"url": url, "status": status, "content_type": media_type,
                "bytes": len(body)}
        found = []
        if 300 < status < 309 and location:
            page["redirect"] = normal(urllib.parse.urljoin(url, location))
            found = [page["redirect"]]
        elif status == 200 and media_type in ("text/html",
                                              "application/xhtml+xml"):
            found = links_of(url, body)
        for link in found:
            if link in seen or urllib.parse.urlsplit(link)[:2] != origin:
                continue
            if exclude is None or not re.search(exclude, link):
                seen.add(link)
                queue.append(link)
        pages.append(page)
    return sorted(pages, key=lambda page: page["url"])


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    root, exclude = (sys.argv[1:] + [None])[:2]
    json.dump({"pages": crawl(root, exclude)}, sys.stdout, indent=0)
    print()
