"""The local Kling is as strict about tokens as the real one."""

from __future__ import annotations

import pytest

from engines.video.kling.access import signed_token
from tests.providers.kling import ACCESS, SECRET, Wrong, claims


def test_the_server_knows_good_tokens_from_bad_ones() -> None:
    good = signed_token(ACCESS, SECRET, 1000)
    assert claims(f"Bearer {good}", 1000) == {"iss": ACCESS, "exp": 1300, "nbf": 995}
    bad = [
        (f"Bearer {signed_token(ACCESS, 'another secret', 1000)}", 1000, 1000),
        (f"Bearer {signed_token('another', SECRET, 1000)}", 1000, 1000),
        (f"Bearer {good[:-4]}AAAA", 1000, 1000),
        (f"Bearer {good}", 1301, 1004),
        (f"Bearer {good}", 900, 1003),
        ("", 1000, 1001),
    ]
    for authorization, now, code in bad:
        with pytest.raises(Wrong) as caught:
            claims(authorization, now)
        assert caught.value.code == code
