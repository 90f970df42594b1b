"""The attack classes, and the modules that make them; importing this registers every attack."""

from . import (  # noqa: F401
    active_content, algorithms, attributes, bombs, byte_range, certificate_substitution, certification, chain, cms_shape, cross_reference, cycles,
    encryption, ends_of_lines, gap, hybrid, incremental_saving, object_streams, revocation, shadow, signature_wrapping, spoofed_dictionary,
    time_stamps, usf,
)

CLASSES = {
    1: "universal signature forgery",
    2: "incremental saving, well formed",
    3: "incremental saving without table or trailer",
    4: "signature wrapping",
    5: "shadow: hide",
    6: "shadow: replace",
    7: "shadow: hide and replace",
    8: "evil annotation",
    9: "sneaky signature",
    10: "spoofed dictionary",
    11: "numbers of the byte range",
    12: "tricks in the gap",
    13: "data behind the CMS",
    14: "weak algorithms",
    15: "confused algorithms",
    16: "certificate substitution",
    17: "attribute games",
    18: "shape of the CMS",
    19: "unfit certificates",
    20: "forged revocation",
    21: "time-stamp games",
    22: "ends of file and line",
    23: "cross-reference tricks",
    24: "hybrid cross-references",
    25: "object streams",
    26: "encryption",
    27: "circles",
    28: "bombs",
    29: "active content",
}

# What a witness refuses and we accept, with the reason why we are right: (witness, attack, case or None for all, part of what it says).
EXCUSES = (
    ("pdfsig", "algorithms.ed25519", "right", ""),  # NSS does not know Ed25519.
    ("pyHanko", "bombs.in_the_cms", "long object identifier", "integer string conversion"),  # Python's limit, not a judgement.
    ("pyHanko", "bombs.in_the_cms", "deep certificate", "is missing from structure"),  # It reads every certificate, also those that nobody needs.
    ("pyHanko", "cms_shape.certificates", "garbage", ""),  # The same.
    ("pyHanko", "cms_shape.revocation_lists", "garbage", ""),  # The same of lists.
    ("pdfsig", "cms_shape.revocation_lists", "garbage", ""),
)


def is_excused(witness, attack, case, said):
    """May this witness refuse what we accept?"""
    return any(witness == one and attack == name and which in (None, case) and part in said for one, name, which, part in EXCUSES)
