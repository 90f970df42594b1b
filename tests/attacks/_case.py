"""What an attack is: a function for one variant, registered under its class, that yields files with the answer they must get."""

import inspect
from dataclasses import dataclass

VALID, INVALID, INDETERMINATE, UNREADABLE = 0, 1, 2, 3

REGISTRY = []
LEVELS = (None, "B-B", "B-T", "B-LT", "B-LTA")
IN_EVERY_DOCUMENT = {1, 4, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 24, 25, 26, 27, 28, 29}


@dataclass(frozen=True)
class Answer:
    """Allowed answers: exit codes, each with reasons of which one must be given (any, if there are none); `why` where it is not the table's own."""

    options: tuple
    why: str = ""

    def __or__(self, other):
        return Answer(self.options + other.options, self.why or other.why)

    @property
    def accepts(self):
        """Is "valid" among the allowed answers?"""
        return any(code == VALID for code, _ in self.options)

    def allows(self, code, reasons):
        """Is this exit code with these reasons right?"""
        return any(code == allowed and (not wanted or set(wanted) & set(reasons)) for allowed, wanted in self.options)


def invalid(*reasons, why=""):
    """TOTAL-FAILED."""
    return Answer(((INVALID, reasons),), why)


def undecided(*reasons, why=""):
    """INDETERMINATE."""
    return Answer(((INDETERMINATE, reasons),), why)


def unreadable(*reasons, why=""):
    """Not parsable, or nothing is signed."""
    return Answer(((UNREADABLE, reasons),), why)


def accepted(*reasons, why=""):
    """TOTAL-PASSED: a harmless variant."""
    return Answer(((VALID, reasons),), why)


FORMAT = invalid("FORMAT_FAILURE")
HASH = invalid("HASH_FAILURE")
MODIFIED = invalid("MODIFIED_AFTER_SIGNING")
CRYPTO = invalid("SIG_CRYPTO_FAILURE")
NO_SIGNER = undecided("NO_SIGNING_CERTIFICATE_FOUND")


@dataclass
class Case:
    """One file and the answer it must get."""

    name: str
    data: bytes
    answer: Answer
    # Further arguments of `elicence verify`.
    more: tuple = ()
    # The highest level that the first signature may be given.
    most: str = None


@dataclass(frozen=True)
class Attack:
    """A registered variant."""

    number: int
    name: str
    make: object
    on: frozenset

    def fits(self, base):
        """Is it made for this kind of document?"""
        return self.on <= base.tags


def attack(number, on=""):
    """Registers a variant of a class of the attack table; it runs on documents that have all the tags in `on`."""

    tags = frozenset(on.split())
    # What stands in the CMS, the gap or the syntax is the same on every document: three kinds are enough.
    if number in IN_EVERY_DOCUMENT and tags <= {"seal-last", "table", "streams"}:
        tags |= {"core"}

    def register(function):
        assert function.__doc__, function
        REGISTRY.append(Attack(number, f"{inspect.getmodule(function).__name__.split('.')[-1]}.{function.__name__}", function, tags))
        return function

    return register
