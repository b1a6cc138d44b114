"""What Python's writers make of some secrets: python3 writings.py >writings.json"""
import base64, html, json, shlex, sys
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

SECRETS = [
    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE=",
    "it's a \"p@ss\\word\" for $HOME & <you>; 100%~!*`",
    'only "double" quotes: \\n is no line break',
    "Grüße, ✓ und 😀/?#[]@",
    "tab\tin the middle",
]

def writings(s):
    raw = s.encode()
    return {
        "str": s, "repr": repr(s)[1:-1], "ascii": ascii(s)[1:-1], "bytes": repr(raw)[2:-1],
        "json": json.dumps(s)[1:-1], "json utf-8": json.dumps(s, ensure_ascii=False)[1:-1],
        "json in json": json.dumps(json.dumps(s))[3:-3],
        "quote": quote(s), "quote all": quote(s, safe=""), "quote_plus": quote_plus(s),
        "quote lower": "".join(c if c.isalnum() and c.isascii() or c in "-_.~" else "".join("%%%02x" % b for b in c.encode()) for c in s),
        "shlex": shlex.quote(s).removeprefix("'").removesuffix("'"),
        "html": html.escape(s), "html text": html.escape(s, quote=False), "xml": escape(s), "xml attribute": quoteattr(s)[1:-1],
        "hex": raw.hex(), "HEX": raw.hex().upper(),
        "base64": base64.b64encode(raw).decode(), "base64url": base64.urlsafe_b64encode(raw).decode(),
        "base64 unpadded": base64.b64encode(raw).decode().rstrip("="),
        "sql": s.replace("'", "''"), "csv": s.replace('"', '""'),
    }

json.dump([{"secret": s, "writings": writings(s)} for s in SECRETS], sys.stdout, indent=1)
print()
