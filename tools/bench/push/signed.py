"""What makes a push believable: a signature over token, nonce and message."""

import base64
import hashlib
import json
import secrets
import string

NONCE = 8  # characters
_LETTERS = string.ascii_letters + string.digits


def random_text(length=NONCE):
    """Return letters and digits nobody can guess."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def signature(token, nonce, msg):
    """Return base64(MD5(token + nonce + msg))."""
    digest = hashlib.md5((token + nonce + msg).encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def body(token, msg):
    """Return the bytes of a push of msg, a message or a list of them.

    The signature is over the JSON of msg letter by letter as it stands in the body, so whoever
    receives it can check the slice without writing it anew. All of it is ASCII.
    """
    text = json.dumps(msg, separators=(",", ":"), allow_nan=False)
    nonce = random_text()
    signed = '{"msg":%s,"msg_signature":"%s","nonce":"%s"}'
    return (signed % (text, signature(token, nonce, text), nonce)).encode()
