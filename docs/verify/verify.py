#!/usr/bin/env python3
"""Verifies what a Plumbline ledger claims: the second verifier, written from docs/ledger.md alone.

It shares no code with the first and needs nothing but Python 3.9 or later. Sections (§) are those of docs/ledger.md.

    verify.py bundle  --policy FILE [--at TIME] [--json] FILE
    verify.py receipt --policy FILE [--at TIME] [--json] FILE
    verify.py records FILE

The exit status is that of §10: 0 if all hold or are erased, 1 if anything is missing, overdue or broken, 2 if the input could not
be read or something could not be judged. A bundle is read line by line; what is kept grows with its entries and receipts (§7 sets
their number), not with its records.
"""

import argparse
import base64
import datetime
import functools
import hashlib
import json
import os
import re
import sys
import time

MAX_INT = 2**53 - 1
MAX_LINE = 2 << 20
MAX_RECORD = 1 << 20
MAX_ENTRY = 65534  # bytes of an entry's JSON, without its type byte
MAX_DEPTH = 64
MAX_MEMBERS = 16  # of a line of a bundle
MAX_RECEIPTS = 100_000
MAX_RECEIPT = 16 << 10
MAX_CHECKPOINT = MAX_POLICY = 64 << 10
MAX_SIGNATURES = 100
MAX_HEADERS = 1_000_000
MAX_COUNT = 2**30  # records of a group
MAX_SAID = 1000  # faults that are written out; all are counted


class Fault(Exception):
    """Something is not as the specification wants it."""


class Unreadable(Exception):
    """An input that is not the verifier's to judge: exit status 2."""


# --- §1: JSON, base64, times -------------------------------------------------------------------------------------------------


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


def refuse_constant(name):
    raise Fault(f"{name} is no JSON")


def members(pairs):
    object_ = dict(pairs)
    if len(object_) != len(pairs):
        raise Fault("a name stands twice in one object")
    return object_


DECODER = json.JSONDecoder(object_pairs_hook=members, parse_int=Number, parse_float=Number, parse_constant=refuse_constant)
OUTSIDE = re.compile(r'"(?:[^"\\]|\\.)*"|[^\[\]{}"]+', re.DOTALL)  # strings, and what opens or closes nothing
SURROGATE = re.compile("[\ud800-\udfff]")


def depth_of(text):
    """How deep objects and arrays nest. The decoder's own recursion must not meet a text that was not measured."""
    depth = deepest = 0
    for bracket in OUTSIDE.sub("", text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def walk(value, null):
    """Looks through a decoded value for lone surrogates and, unless null is allowed, for null."""
    if isinstance(value, str):
        if SURROGATE.search(value):
            raise Fault("a lone surrogate")
    elif isinstance(value, dict):
        for name, inner in value.items():
            walk(name, null)
            walk(inner, null)
    elif isinstance(value, list):
        for inner in value:
            walk(inner, null)
    elif value is None and not null:
        raise Fault("null where none may stand")


def parse_object(data, null=False):
    """The members of the one JSON object that data (bytes) is; whitespace around it is the caller's to refuse."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault("not UTF-8") from None
    if depth_of(text) > MAX_DEPTH:
        raise Fault(f"more than {MAX_DEPTH} levels deep")
    try:
        value = DECODER.decode(text)
    except ValueError as error:
        raise Fault(f"no JSON: {error}") from None
    if not isinstance(value, dict):
        raise Fault("no JSON object")
    walk(value, null)
    return value


def text_of(object_, name):
    value = object_.get(name)
    if type(value) is not str:
        raise Fault(f"{name} is no string")
    return value


def integer_of(object_, name, low=0, high=MAX_INT):
    return integer(object_.get(name), name, low, high)


def integer(value, name, low=0, high=MAX_INT):
    if not isinstance(value, Number) or len(value) > 17 or not re.fullmatch("-?[0-9]+", value) or value == "-0":
        raise Fault(f"{name} is no integer")
    number = int(value)
    if not low <= number <= high:
        raise Fault(f"{name} is {number}, not in {low} to {high}")
    return number


def list_of(object_, name):
    value = object_.get(name)
    if not isinstance(value, list):
        raise Fault(f"{name} is no array")
    return value


BASE64 = re.compile("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def base64_bytes(value, name, size=None, spare=False):
    """The bytes of base64. The spare bits of its last character must be zero; in notes and vkeys (spare) they are nobody's concern."""
    if type(value) is not str or not BASE64.fullmatch(value):
        raise Fault(f"{name} is no base64")
    data = base64.b64decode(value)
    if not spare and base64.b64encode(data).decode() != value:
        raise Fault(f"{name} is no base64")
    if size is not None and len(data) != size:
        raise Fault(f"{name} is of {len(data)} bytes, not {size}")
    return data


def hashes_of(object_, name):
    return [base64_bytes(value, name, 32) for value in list_of(object_, name)]


TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
EPOCH = datetime.date(1970, 1, 1).toordinal()
YEAR_10000 = (datetime.date(9999, 12, 31).toordinal() + 1 - EPOCH) * 86400


def time_of(text):
    """Nanoseconds since 1970 of an RFC 3339 time as §1 allows it."""
    match = TIME.fullmatch(text)
    if not match:
        raise Fault(f"{text!r} is no time")
    year, month, day, hour, minute, second = (int(match[i]) for i in range(1, 7))
    try:
        days = datetime.date(year, month, day).toordinal() - EPOCH
    except ValueError:
        raise Fault(f"{text!r} is no day") from None
    offset = 0
    if match[8]:
        if int(match[9]) > 23 or int(match[10]) > 59:
            raise Fault(f"{text!r} has no such offset")
        offset = (int(match[9]) * 60 + int(match[10])) * (1 if match[8] == "+" else -1)
    if hour > 23 or minute > 59 or second > 59:
        raise Fault(f"{text!r} is no time of day")
    seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second
    if not 0 <= seconds < YEAR_10000:
        raise Fault(f"{text!r} is before 1970 or after 9999")
    return seconds * 10**9 + int((match[7] or "").ljust(9, "0"))


CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def plain(text, most):
    """Whether a text has 1 to most bytes and no control characters."""
    return 1 <= len(text.encode()) <= most and not CONTROL.search(text)


# --- Ed25519 (RFC 8032) ------------------------------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)  # extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(p):
    a, b = p[0] * p[0] % P, p[1] * p[1] % P
    c = 2 * p[2] * p[2] % P
    h = a + b
    e = h - (p[0] + p[1]) ** 2 % P
    g = a - b
    f = c + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def point(data):
    """Decodes a point as Go's crypto/ed25519 does: y is taken modulo p, and a sign at x = 0 changes nothing."""
    number = int.from_bytes(data, "little")
    y = (number & (1 << 255) - 1) % P
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == -u % P:
        x = x * ROOT_OF_MINUS_1 % P
    elif v * x * x % P != u:
        raise Fault("no point of the curve")
    if x & 1 != number >> 255:
        x = -x % P
    return x, y, 1, x * y % P


def encode(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


@functools.lru_cache(maxsize=1 << 12)  # all records of one group have one note
def signed(key, message, signature):
    """Whether signature (64 bytes) is key's (32 bytes) over message. S must be below the order of the group and R is compared as
    bytes, without the cofactor."""
    if len(key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    try:
        x, y, z, t = point(key)
    except Fault:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus = (-x % P, y, z, -t % P)
    both = add(BASE, minus)
    sum_ = NEUTRAL
    for bit in range(max(s.bit_length(), k.bit_length()) - 1, -1, -1):
        sum_ = double(sum_)
        which = (s >> bit & 1) + 2 * (k >> bit & 1)
        if which:
            sum_ = add(sum_, (BASE, minus, both)[which - 1])
    return encode(sum_) == signature[:32]


# --- §1: notes and keys ------------------------------------------------------------------------------------------------------

ED25519, COSIGNATURE = 1, 4  # C2SP signed-note, C2SP tlog-cosignature
NAME = r"[^\s+\ud800-\udfff]+"


class Key:
    """A vkey: name+hash+base64(type ‖ key)."""

    def __init__(self, vkey, type_):
        parts = vkey.split("+", 2)
        if len(parts) != 3 or not re.fullmatch(NAME, parts[0]) or not re.fullmatch("[0-9a-f]{8}", parts[1]):
            raise Fault(f"{vkey!r} is no vkey")
        data = base64_bytes(parts[2], "vkey", 33, spare=True)
        if data[0] != type_:
            raise Fault(f"{vkey!r} is of algorithm {data[0]}, not {type_}")
        self.name, self.hash, self.public, self.type = parts[0], bytes.fromhex(parts[1]), data[1:], type_
        if hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4] != self.hash:
            raise Fault(f"the hash of {vkey!r} is another key's")
        self.vkey = vkey

    def signs(self, text, signature):
        if self.type == ED25519:
            return signed(self.public, text, signature)
        if len(signature) != 72 or signature[0] > 127:
            return False
        at = int.from_bytes(signature[:8], "big")
        return signed(self.public, b"cosignature/v1\ntime %d\n" % at + text, signature[8:])


class Note:
    """A C2SP signed note: text (bytes, with its last line end) and signatures (name, hash, signature)."""

    def __init__(self, note):
        head, empty, tail = note.rpartition("\n\n")
        if not empty or not tail.endswith("\n") or re.search("[\x00-\x09\x0b-\x1f]", note):
            raise Fault("no signed note")
        self.text = (head + "\n").encode()
        self.lines = head.split("\n")
        self.signatures = []
        for line in tail[:-1].split("\n"):
            match = re.fullmatch(f"— ({NAME}) (.+)", line)
            if not match:
                raise Fault("no signature line")
            data = base64_bytes(match[2], "signature", spare=True)
            if len(data) < 5:
                raise Fault("a signature that is too short")
            self.signatures.append((match[1], data[:4], data[4:]))
        if len(self.signatures) > MAX_SIGNATURES:
            raise Fault(f"more than {MAX_SIGNATURES} signatures")

    def signers(self, keys):
        """Those of the keys that signed. Of several signatures of one key the first counts; where that is false the whole note is."""
        known = {(key.name, key.hash): key for key in keys}
        found = []
        for name, hash_, signature in self.signatures:
            key = known.pop((name, hash_), None)
            if key and not key.signs(self.text, signature):
                raise Fault(f"the signature of {name} is false")
            if key:
                found.append(key)
        return found


# --- §8: the policy ----------------------------------------------------------------------------------------------------------


class Policy:
    """What the verifier trusts."""

    def __init__(self, text):
        self.logs, self.journals = [], []
        self.witnesses = {}  # name → Key
        self.groups = {}  # name → (number, members)
        self.quorum = None
        for number, line in enumerate(text.split("\n"), 1):
            words = [word for word in re.split("[ \t\r]+", line) if word]
            if not words or words[0].startswith("#"):
                continue
            try:
                self.line(words[0], words[1:])
            except Fault as fault:
                raise Unreadable(f"policy, line {number}: {fault}") from None
        self.quorum = self.quorum or "none"
        if not self.logs:
            raise Unreadable("the policy names no log")

    def line(self, word, rest):
        if word == "log" and len(rest) in (1, 2):
            self.logs.append(self.key(rest[0], ED25519))
        elif word == "journal" and len(rest) == 1:
            self.journals.append(self.key(rest[0], ED25519))
        elif word == "witness" and len(rest) in (2, 3):
            self.fresh(rest[0])
            self.witnesses[rest[0]] = self.key(rest[1], COSIGNATURE)
        elif word == "group" and len(rest) >= 3:
            self.fresh(rest[0])
            self.group(*rest)
        elif word == "quorum" and len(rest) == 1 and self.quorum is None:
            if rest[0] != "none":
                self.known(rest[0])
            self.quorum = rest[0]
        else:
            raise Fault(f"{word!r} is not understood here")

    def key(self, vkey, type_):
        key = Key(vkey, type_)
        if any(key.public == other.public for other in self.logs + self.journals + list(self.witnesses.values())):
            raise Fault("a key that another line has")
        return key

    def group(self, name, number, *names):
        for member in names:
            self.known(member)
            if any(member in group[1] for group in self.groups.values()) or names.count(member) > 1:
                raise Fault(f"{member!r} is in a group already")
        if number not in ("any", "all") and not re.fullmatch("[1-9][0-9]{0,8}", number):
            raise Fault(f"{number!r} is no number")
        least = {"any": 1, "all": len(names)}.get(number) or int(number)
        if least > len(names):
            raise Fault(f"{least} of {len(names)} members")
        self.groups[name] = (least, names)

    def fresh(self, name):
        if name == "none" or name in self.witnesses or name in self.groups:
            raise Fault(f"the name {name!r} is taken")

    def known(self, name):
        if name not in self.witnesses and name not in self.groups:
            raise Fault(f"{name!r} is not named before")

    def met(self, name, signers):
        if name == "none":
            return True
        if name in self.witnesses:
            return self.witnesses[name] in signers
        least, names = self.groups[name]
        return sum(self.met(member, signers) for member in names) >= least

    def accept(self, note, origin):
        """The number of witnesses that cosigned a checkpoint which this policy accepts."""
        signers = note.signers(self.logs + list(self.witnesses.values()))
        if not any(key.name == origin for key in signers if key.type == ED25519):
            raise Fault(f"no key of the log {origin!r} that the policy names signed it")
        cosigned = {key.public for key in signers if key.type == COSIGNATURE}
        if not self.met(self.quorum, signers):
            raise Fault(f"the quorum {self.quorum!r} is not met")
        return len(cosigned) if self.quorum != "none" else 0


# --- RFC 6962 ----------------------------------------------------------------------------------------------------------------


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(data):
    return sha256(b"\0" + data)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


class Tree:
    """The root over leaves that come one after the other, in memory that grows with the logarithm of their number."""

    def __init__(self):
        self.size = 0
        self.peaks = []  # (leaves below, hash), from the left

    def append(self, leaf):
        self.size += 1
        width = 1
        while self.peaks and self.peaks[-1][0] == width:
            leaf = node_hash(self.peaks.pop()[1], leaf)
            width *= 2
        self.peaks.append((width, leaf))

    def root(self):
        if not self.peaks:
            return sha256(b"")
        root = self.peaks[-1][1]
        for _, peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of_path(leaf, index, size, path):
    """The root that an inclusion proof gives."""
    last, root, path = size - 1, leaf, list(path)
    while last:
        if index & 1 or index < last:
            if not path:
                raise Fault("the proof is too short")
            root = node_hash(path.pop(0), root) if index & 1 else node_hash(root, path.pop(0))
        index, last = index >> 1, last >> 1
    if path:
        raise Fault("the proof is too long")
    return root


# --- §2: records -------------------------------------------------------------------------------------------------------------

WORKFLOW = re.compile("[a-z0-9][a-z0-9._-]{0,63}")
KIND = re.compile("[a-z][a-z0-9-]{0,31}")
RECORD = {"id": 64, "time": None, "workflow": None, "version": 64, "step": 128, "kind": None, "subject": 128, "body": None}


def parse_record(data):
    """The members of a record, version 1."""
    if len(data) > MAX_RECORD:
        raise Fault("a record of more than 1 MiB")
    if data[:1] != b"{" or data[-1:] != b"}":
        raise Fault("something before or after the record")
    record = parse_object(data, null=True)
    for name in record:
        if name not in RECORD:
            raise Fault(f"no member of a record: {name!r}")
    for name, most in RECORD.items():
        if name == "body" or (name in ("step", "subject") and name not in record):
            continue
        value = text_of(record, name)
        if most and not plain(value, most):
            raise Fault(f"{name} of a length or with characters that it may not have")
    if not WORKFLOW.fullmatch(record["workflow"]):
        raise Fault("no name of a workflow")
    if not KIND.fullmatch(record["kind"]):
        raise Fault("no kind")
    time_of(record["time"])
    if not isinstance(record.get("body"), dict):
        raise Fault("body is no object")
    return record


# --- §3: receipts ------------------------------------------------------------------------------------------------------------


MEMBERS = {"v", "id", "workflow", "leaf", "index", "count", "path", "previous", "time", "note"}
LEDGER = re.compile(r"(?!.*/journal/)[!-*,-~]{1,128}")
NODE = re.compile("[a-z0-9-]{1,32}")


class Receipt:
    """A receipt whose path and head are right. Who signed it is for signed_by to say."""

    def __init__(self, object_, ledger=None):
        if set(object_) != MEMBERS:
            raise Fault("members that a receipt lacks or may not have")
        if integer_of(object_, "v") != 1:
            raise Fault("a receipt of another version")
        self.id, self.workflow = text_of(object_, "id"), text_of(object_, "workflow")
        self.leaf = base64_bytes(object_.get("leaf"), "leaf", 32)
        count = integer_of(object_, "count", 1, MAX_COUNT)
        index = integer_of(object_, "index", 0, count - 1)
        previous = base64_bytes(object_.get("previous"), "previous", 32)
        ms = integer_of(object_, "time")
        root = root_of_path(self.leaf, index, count, hashes_of(object_, "path"))
        self.note = Note(text_of(object_, "note"))
        lines = self.note.lines
        if len(lines) != 4:
            raise Fault("no note of a journal")
        self.journal = lines[0]
        name, _, node = lines[0].partition("/journal/")
        if not NODE.fullmatch(node) or not LEDGER.fullmatch(name) or (ledger is not None and name != ledger):
            raise Fault(f"a journal of another ledger: {lines[0]!r}")
        if not re.fullmatch("[1-9][0-9]{0,18}", lines[1]) or int(lines[1]) >= 2**63:
            raise Fault("no number of a group")
        group = int(lines[1])
        start = sha256(f"plumbline journal v1\n{name}\n{node}\n".encode())
        if group == 1 and previous != start:
            raise Fault("the first group does not follow the start of the journal")
        head = sha256(b"\2" + previous + group.to_bytes(8, "big") + count.to_bytes(4, "big") + ms.to_bytes(8, "big") + root)
        if base64_bytes(lines[2], "head", 32) != head:
            raise Fault("leaf, path and previous do not give the head")
        if not lines[3].startswith("include-by "):
            raise Fault("no include-by")
        self.include_by_text = lines[3][len("include-by ") :]
        self.include_by = time_of(self.include_by_text)

    def signed_by(self, keys):
        if not any(key.name == self.journal for key in self.note.signers(keys)):
            raise Fault(f"no trusted key of the journal {self.journal!r} signed it")


# --- §10: the report ---------------------------------------------------------------------------------------------------------

BAD = ("missing", "overdue", "broken")
VERDICTS = ("holds", "erased") + BAD + ("not-judged",)


class Report:
    """Counts by kind and verdict, and says where and why of all that neither holds nor is erased."""

    def __init__(self):
        self.counts = {}
        self.said = []
        self.unsaid = 0
        self.witnesses = None

    def add(self, kind, verdict, where="", why="", count=1):
        if count:
            of_kind = self.counts.setdefault(kind, {})
            of_kind[verdict] = of_kind.get(verdict, 0) + count
            if verdict in ("holds", "erased"):
                return
            if len(self.said) < MAX_SAID:
                self.said.append({"kind": kind, "verdict": verdict, "where": where, "why": why, "count": count})
            else:
                self.unsaid += 1

    def exit(self):
        verdicts = {verdict for of_kind in self.counts.values() for verdict in of_kind}
        if verdicts & set(BAD):
            return 1
        return 0 if verdicts and "not-judged" not in verdicts else 2

    def as_json(self):
        return {"exit": self.exit(), "counts": self.counts, "witnesses": self.witnesses, "said": self.said, "unsaid": self.unsaid}

    def print(self):
        for said in self.said:
            times = f" ({said['count']} times)" if said["count"] > 1 else ""
            print(f"{said['verdict']}: {said['kind']} {said['where']}: {said['why']}{times}".replace("not-judged", "not judged"))
        if self.unsaid:
            print(f"and {self.unsaid} more that are counted only")
        for kind in sorted(self.counts):
            of_kind = [f"{self.counts[kind][v]} {v.replace('-', ' ')}" for v in VERDICTS if v in self.counts[kind]]
            print(f"{kind}: {', '.join(of_kind)}")
        if self.witnesses is not None:
            print(f"{self.witnesses} independent witnesses")
        print("Shown is what was recorded and in which order, not that it is true nor that it is all that happened.")


# --- §6: entries -------------------------------------------------------------------------------------------------------------


def text(value):
    return type(value) is str


def number(low):
    return lambda value: integer(value, "it", low) >= low


def moment(value):
    return text(value) and time_of(value) is not None


def until(value):
    return value == "" or moment(value)


def hash_(value):
    return len(base64_bytes(value, "it", 32)) == 32


def form(pattern):
    return lambda value: text(value) and bool(pattern.fullmatch(value))


def name(value):
    return text(value) and plain(value, 64)


def indices(value):
    return isinstance(value, list) and all(integer(i, "it") >= 0 for i in value)


def ranges(value):
    """Whether the pairs [from, to) rise and do not meet each other's insides; there is one at least."""
    at = 0
    for pair in value if isinstance(value, list) else ():
        if not isinstance(pair, list) or len(pair) != 2 or not at <= integer(pair[0], "from") < integer(pair[1], "to"):
            return False
        at = int(pair[1])
    return at > 0


def files(value):
    return isinstance(value, list) and all(isinstance(file, dict) and conforms(file, FILE) for file in value)


def conforms(object_, shape):
    """Whether the members that a shape names are as it says. An optional one has a name that ends with a question mark."""
    for member, is_fit in shape.items():
        if member.rstrip("?") in object_:
            if not is_fit(object_[member.rstrip("?")]):
                raise Fault(f"{member.rstrip('?')} is not what it must be")
        elif not member.endswith("?"):
            raise Fault(f"{member} is missing")
    return True


FILE = {"header": number(0), "kind": text, "name": lambda value: text(value) and value != "", "size": number(0), "sha256": hash_}
CONFIG, KEY, HEADS, HEADER, ERASURE = 1, 2, 3, 4, 6
SHAPES = {
    CONFIG: {"v": lambda value: value == "1", "ledger": form(LEDGER), "time": moment, "include_within": number(1)},
    KEY: {"use": text, "vkey": text, "from": moment, "until?": until, "why?": text},
    HEADS: {"node": form(NODE), "group": number(1), "head": hash_, "time": moment},
    HEADER: {
        "workflow": form(WORKFLOW), "version": name, "first": number(0), "count": number(1), "rule": number(0),
        "root": hash_, "previous": number(-1), "replaces?": indices,
    },  # fmt: skip
    5: {"files": files},
    ERASURE: {
        "header": number(0), "ranges": ranges, "why": text, "basis": text, "actor": text, "second?": text, "time": moment, "set": text,
    },  # fmt: skip
    7: {"kind": text, "commitment": hash_, "actor": text, "time": moment, "about": text},
    8: {"workflow": text, "id": hash_, "kept": hash_, "refused": hash_, "time": moment},
    9: {"node": text, "from": moment, "to": moment, "why": text},
    10: {
        "id": text, "workflow": form(WORKFLOW), "first": number(0), "count": number(1), "why": text, "basis": text, "from": moment,
        "until?": until,
    },  # fmt: skip
}


class Entry:
    """An entry, with those of its members that later lines need."""

    def __init__(self, index, data):
        if not 2 <= len(data) <= MAX_ENTRY + 1:
            raise Fault("an entry that is empty or too long")
        self.index, self.type = index, data[0]
        self.known = self.type in SHAPES
        if not self.known:
            return
        o = parse_object(data[1:])
        conforms(o, SHAPES[self.type])
        if self.type == CONFIG:
            self.ledger = o["ledger"]
        elif self.type == KEY and o["use"] == "journal":
            self.journal_key = self.parse_key(o["vkey"])
        elif self.type == HEADS:
            self.node, self.group = o["node"], int(o["group"])
        elif self.type == HEADER:
            self.workflow, self.version, self.root = o["workflow"], o["version"], base64.b64decode(o["root"])
            self.first, self.count, self.previous = int(o["first"]), int(o["count"]), int(o["previous"])
            self.replaces = [int(i) for i in o.get("replaces", ())]
        elif self.type == ERASURE:
            self.of, self.ranges = int(o["header"]), [(int(start), int(end)) for start, end in o["ranges"]]

    def spans(self, part):
        """Whether this header can unite part."""
        same = (self.workflow, self.version) == (part.workflow, part.version)
        return same and self.first <= part.first and part.first + part.count <= self.first + self.count

    @staticmethod
    def parse_key(vkey):
        try:
            return Key(vkey, ED25519)
        except Fault:
            return None  # of another algorithm


class Rules:
    """The rules of §6 over a whole log, fed entry by entry. Breaches are kept until it is known that all entries are there. After a
    breach the entry is taken as it stands, so that one breach is not told again at each entry that follows."""

    def __init__(self, ledger):
        self.ledger = ledger
        self.ends = {}  # workflow → number of its records so far
        self.lasts = {}  # workflow → index of its last header
        self.standing = {}  # index → header
        self.groups = {}  # node → group
        self.headers = 0
        self.breaches = []

    def feed(self, entry):
        why = ""
        if entry.type == CONFIG and entry.ledger != self.ledger:
            why = f"it configures the ledger {entry.ledger!r}"
        elif entry.type == HEADS:
            if entry.group <= self.groups.get(entry.node, 0):
                why = f"the group of node {entry.node!r} does not rise"
            self.groups[entry.node] = entry.group
        elif entry.type == HEADER:
            why = self.header(entry)
        elif entry.type == ERASURE:
            of = self.standing.get(entry.of)
            if not of or entry.ranges[-1][1] > of.count:
                why = "it erases what no header that stands here holds"
        if entry.index == 0 and entry.type != CONFIG:
            why = "the first entry is no config"
        if why:
            self.breaches.append((entry.index, why))

    def header(self, entry):
        if self.headers >= MAX_HEADERS:
            return f"there are more than {MAX_HEADERS} headers"
        self.headers += 1
        why = self.unite(entry) if entry.replaces else self.follow(entry)
        last = self.lasts.get(entry.workflow, -1)
        if not why and entry.previous != last:
            why = f"previous is {entry.previous}, the header before is {last}"
        self.lasts[entry.workflow] = entry.index
        self.standing[entry.index] = entry
        return why

    def follow(self, entry):
        end = self.ends.get(entry.workflow, 0)
        self.ends[entry.workflow] = entry.first + entry.count
        return "" if entry.first == end else f"it begins at {entry.first}, the records so far end at {end}"

    def unite(self, entry):
        at = entry.first
        for index in entry.replaces:
            part = self.standing.get(index)
            if not part or (part.workflow, part.version, part.first) != (entry.workflow, entry.version, at):
                return f"entry {index} is no header that it can unite"
            at += part.count
            del self.standing[index]
        return "" if at == entry.first + entry.count else "its first and count are not those of the headers that it unites"


class Shown:
    """What entries that are shown to be the log's say, as far as later lines need it."""

    def __init__(self):
        self.headers, self.erasures, self.keys = {}, {}, []
        self.united = {}  # header → the one that unites it

    def add(self, entry):
        if entry.type == HEADER and len(self.headers) < MAX_HEADERS:
            for part in entry.replaces:
                if part in self.headers and entry.spans(self.headers[part]):
                    self.united[part] = entry.index
            self.headers[entry.index] = entry
        elif entry.type == ERASURE:
            self.erasures[entry.index] = entry
        elif entry.type == KEY and getattr(entry, "journal_key", None):
            self.keys.append(entry.journal_key)

    def erased(self, erasure, header, index):
        """Whether the erasure at an index of the log names a record, or what it was in a header that its own unites."""
        erasure = self.erasures.get(erasure)
        if not erasure:
            return False
        up = erasure.of
        if up != header.index:
            named = self.headers.get(up)
            if not named:
                return False
            while up != header.index:
                up = self.united.get(up)
                if up is None:
                    return False
            index -= named.first - header.first
            if index >= named.count:
                return False
        return any(start <= index < end for start, end in erasure.ranges)


# --- §7: bundles -------------------------------------------------------------------------------------------------------------


class Block:
    """The records of one header while they come."""

    def __init__(self, index, header, again):
        self.index, self.header = index, header  # header: None where it is not known
        self.again = again  # records of it came before, and others between
        self.last = -1
        self.plain = False  # there are records without proofs
        self.tree = Tree()  # over those
        self.pending = {}  # verdict if the root is right → count
        self.found = []  # (leaf, verdict or identity) for receipts, if the root is right


class Stop(Exception):
    """Nothing after this line is judged; what is wrong has been said."""


STAGES = {"bundle": 0, "checkpoint": 1, "entry": 2, "receipt": 3, "record": 4}


class Bundle:
    """Goes through a bundle once."""

    def __init__(self, policy, at):
        self.policy, self.at = policy, at
        self.report = Report()
        self.stage = -1
        self.ledger = None
        self.size, self.root = 0, None  # of the checkpoint, once it is accepted
        self.tree = Tree()  # over the entries without proofs, as long as there is no gap
        self.last_entry = -1
        self.plain = 0  # entries without proofs that have no fault of their own
        self.entries_done = self.whole = False
        self.rules = None  # over the entries without proofs
        self.waiting = Shown()  # by those, which show nothing before the root does
        self.shown = Shown()
        self.receipts = []
        self.by_leaf = {}  # leaf → positions in receipts
        self.block = None
        self.seen, self.whole_blocks = set(), set()

    def run(self, stream):
        line_number = 0
        try:
            while line := stream.readline(MAX_LINE + 1):
                if len(line) > MAX_LINE or (len(line) == MAX_LINE and not line.endswith(b"\n")):
                    raise Unreadable(f"a line of more than {MAX_LINE} bytes")
                line_number += 1
                line = line.removesuffix(b"\n").removesuffix(b"\r")
                if line:
                    self.where = f"line {line_number}"
                    self.line(line)
            if self.stage < 0:
                self.say("not-judged", "bundle", "it is empty")
            elif self.root is None:
                self.say("missing", "checkpoint", "there is none")
        except Stop:
            pass
        self.finish()
        return self.report

    where = "the whole"

    def say(self, verdict, kind, why="", where=None):
        self.report.add(kind, verdict, where or self.where, why)

    def stop(self, verdict, kind, why):
        self.say(verdict, kind, why)
        raise Stop

    def line(self, line):
        try:
            o = parse_object(line)
            if len(o) > MAX_MEMBERS:
                raise Fault(f"more than {MAX_MEMBERS} members")
            type_ = text_of(o, "type")
        except Fault as fault:
            self.stop("broken", "bundle", str(fault))
        if self.stage < 0:
            self.start(o, type_)
            return
        stage = STAGES.get(type_)
        if stage is None:
            return
        if stage < self.stage or (stage == self.stage and stage < 2) or (stage > 1 and self.root is None):
            self.stop("broken", "bundle", f"no place for a line of type {type_}")
        self.stage = stage
        if stage > 2:
            self.settle_entries()
        try:
            (self.start, self.checkpoint, self.entry, self.receipt, self.record)[stage](o)
        except Fault as fault:
            self.say("broken", type_, str(fault))

    def start(self, o, type_):
        try:
            if type_ != "bundle" or integer_of(o, "v") != 1:
                raise Fault("no bundle of version 1")
        except Fault as fault:
            self.stop("not-judged", "bundle", str(fault))
        self.stage, self.ledger = 0, o.get("ledger")
        self.rules = Rules(self.ledger)

    def checkpoint(self, o):
        try:
            note = text_of(o, "note")
            if len(note.encode()) > MAX_CHECKPOINT:
                raise Fault("a checkpoint that is too large")
            note = Note(note)
            if len(note.lines) < 3 or note.lines[0] != self.ledger or not LEDGER.fullmatch(self.ledger):
                raise Fault("no checkpoint of the bundle's ledger")
            if not re.fullmatch("0|[1-9][0-9]{0,18}", note.lines[1]) or int(note.lines[1]) >= 2**63:
                raise Fault("no size")
            root = base64_bytes(note.lines[2], "root", 32)
            self.report.witnesses = self.policy.accept(note, self.ledger)
        except Fault as fault:
            self.stop("broken", "checkpoint", str(fault))
        self.size, self.root = int(note.lines[1]), root
        self.say("holds", "checkpoint")

    def entry(self, o):
        index, data = integer_of(o, "index"), base64_bytes(o.get("data"), "data")
        proof = hashes_of(o, "proof") if "proof" in o else None
        if not self.last_entry < index < self.size:
            raise Fault(f"entry {index} comes after {self.last_entry}, of {self.size}")
        self.last_entry = index
        leaf = leaf_hash(data)
        if proof is not None:
            if root_of_path(leaf, index, self.size, proof) != self.root:
                raise Fault("its proof does not give the root")
        elif index == self.tree.size:
            self.tree.append(leaf)
        entry = Entry(index, data)
        if not entry.known:
            self.say("not-judged", "entry", f"entry {index} is of unknown type {entry.type}")
        elif proof is not None:
            self.say("holds", "entry")
        else:
            self.plain += 1
        if proof is not None:
            self.shown.add(entry)
        else:
            self.waiting.add(entry)
            self.rules.feed(entry)

    def settle_entries(self):
        if self.entries_done or self.root is None:
            return
        self.entries_done = True
        n = self.tree.size
        verdict = None
        if n == self.size and self.tree.root() == self.root:
            verdict, self.whole, self.shown = "holds", True, self.waiting
            for index, why in self.rules.breaches:
                self.say("broken", "log", why, f"entry {index}")
        elif n == self.size:
            verdict = "broken"
            self.say("broken", "log", "the entries do not give the root of the checkpoint", "entries")
        elif n or self.plain:
            verdict = "not-judged"
            self.say("missing", "log", f"of {self.size} entries the first {n} are there without gaps, without proofs", "entries")
        self.report.add("entry", verdict, "those without proofs", "see log", self.plain)
        self.waiting = None

    def receipt(self, o):
        o.pop("type")
        receipt = Receipt(o, self.ledger)
        receipt.signed_by(self.policy.journals + self.shown.keys)
        if len(self.receipts) >= MAX_RECEIPTS:
            self.say("not-judged", "receipt", f"more than {MAX_RECEIPTS}")
            return
        del receipt.note
        receipt.found, receipt.where = None, self.where
        self.by_leaf.setdefault(receipt.leaf, []).append(receipt)
        self.receipts.append(receipt)

    def record(self, o):
        header, index = integer_of(o, "header"), integer_of(o, "index")
        proof = hashes_of(o, "proof") if "proof" in o else None
        if not self.block or self.block.index != header:
            self.settle_block()
            self.block = Block(header, self.shown.headers.get(header), header in self.seen)
            self.seen.add(header)
        block = self.block
        if not block.header:
            self.say("not-judged", "record", f"no header at entry {header} is shown to be the log's")
            return
        if block.again or not block.last < index < block.header.count:
            raise Fault(f"record {index} of header {header} has no place here")
        block.last = index
        block.plain |= proof is None
        leaf, verdict, why, identity = self.judge(o, index)
        if proof is None:
            if index == block.tree.size:
                block.tree.append(leaf)
        elif root_of_path(leaf, index, block.header.count, proof) != block.header.root:
            raise Fault("its proof does not give the root of its block")
        if why or proof is not None:
            self.say(verdict, "record", why)
        else:
            block.pending[verdict] = block.pending.get(verdict, 0) + 1
        for receipt in self.by_leaf.get(leaf, ()):
            found = "broken" if verdict == "holds" and identity != (receipt.id, receipt.workflow) else verdict
            if proof is None:
                block.found.append((receipt, found))
            else:
                receipt.found = found

    def judge(self, o, index):
        """What can be said of a record before its place is looked at: leaf, verdict, why, (id, workflow)."""
        header = self.block.header
        if "leaf" in o or "erased" in o:
            leaf = base64_bytes(o.get("leaf"), "leaf", 32)
            if self.shown.erased(integer_of(o, "erased"), header, index):
                return leaf, "erased", "", None
            return leaf, "missing", "it is not there, and no such erasure names it", None
        salt, data = base64_bytes(o.get("salt"), "salt", 16), base64_bytes(o.get("bytes"), "bytes")
        leaf = leaf_hash(salt + data)
        try:
            record = parse_record(data)
            if (record["workflow"], record["version"]) != (header.workflow, header.version):
                raise Fault("of another workflow or version than its header")
        except Fault as fault:
            return leaf, "broken", str(fault), None
        return leaf, "holds", "", (record["id"], record["workflow"])

    def settle_block(self):
        block, self.block = self.block, None
        if not block or not block.plain:
            return
        where, n = f"header at entry {block.index}", block.tree.size
        if n < block.header.count:
            self.say("missing", "block", f"of {block.header.count} records the first {n} are there without gaps, without proofs", where)
            self.report.add("record", "not-judged", where, "see block", sum(block.pending.values()))
        elif block.tree.root() != block.header.root:
            self.say("broken", "block", "its records do not give its root", where)
            self.report.add("record", "broken", where, "see block", sum(block.pending.values()))
        else:
            self.say("holds", "block", where=where)
            for verdict, count in block.pending.items():
                self.report.add("record", verdict, where, count=count)
            for receipt, found in block.found:
                receipt.found = found
            self.whole_blocks.add(block.index)

    def finish(self):
        """Judges what waited for later lines, as if the bundle ended with the last line."""
        self.settle_block()
        self.settle_entries()
        whole = self.whole and all(index in self.whole_blocks for index in self.rules.standing)
        for receipt in self.receipts:
            if receipt.found:
                verdict, why = receipt.found, f"the record with its leaf is {receipt.found}, or has another id or workflow"
            elif self.at < receipt.include_by:
                verdict, why = "not-judged", f"no block holds its leaf, which is promised for {receipt.include_by_text}"
            elif whole:
                verdict, why = "overdue", f"no block holds its leaf, which was promised for {receipt.include_by_text}"
            else:
                verdict, why = "missing", "its record is not in the bundle, which does not hold all blocks"
            self.say(verdict, "receipt", why, receipt.where)


# --- commands ----------------------------------------------------------------------------------------------------------------


def read(name, most):
    try:
        with open(name, "rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise Unreadable(str(error)) from None
    if len(data) > most:
        raise Unreadable(f"{name}: more than {most} bytes")
    return data


def policy_of(name):
    return Policy(read(name, MAX_POLICY).decode("utf-8", "surrogateescape"))


def verify_bundle(name, policy, at):
    try:
        with open(name, "rb") as file:
            return Bundle(policy, at).run(file)
    except OSError as error:
        raise Unreadable(str(error)) from None


def verify_receipt(name, policy, at):
    """A receipt by itself: whether the promise was made. Whether it was kept is not judged."""
    data = read(name, MAX_RECEIPT)
    report = Report()
    try:
        receipt = Receipt(parse_object(data))
        receipt.signed_by(policy.journals)
        due = "was due by" if at > receipt.include_by else "is due by"
        report.add("receipt", "not-judged", name, f"its record {due} {receipt.include_by_text}; whether a block holds it, a bundle shows")
    except Fault as fault:
        report.add("receipt", "broken", name, str(fault))
    return report


def verify_records(name):
    """For each vector its name, whether its bytes are a record, and if so its leaf under a salt of zeros."""
    result = []
    for vector in json.loads(read(name, 64 << 20)):
        data = base64.b64decode(vector["bytes"])
        one = {"name": vector["name"], "record": True}
        try:
            parse_record(data)
            one["leaf"] = base64.b64encode(leaf_hash(bytes(16) + data)).decode()
        except Fault as fault:
            one.update(record=False, why=str(fault))
        result.append(one)
    return result


def arguments():
    parser = argparse.ArgumentParser(description="Verify what a Plumbline ledger claims (docs/ledger.md).")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("bundle", "a bundle"), ("receipt", "a receipt by itself"), ("many", None)):
        command = commands.add_parser(name, **({"help": what} if what else {}))
        command.add_argument("--policy", required=True, help="what you trust (§8)")
        command.add_argument("--at", help="the time at which receipts are judged, RFC 3339 (now)")
        command.add_argument("--json", action="store_true", help="the result as JSON")
        command.add_argument("files", metavar="FILE", nargs=1)
    commands.add_parser("records", help="the vectors of records").add_argument("files", metavar="FILE", nargs=1)
    return parser.parse_args()


def main():
    args = arguments()
    if args.command == "records":
        print(json.dumps(verify_records(args.files[0]), indent=2, ensure_ascii=False))
        return 0
    policy = policy_of(args.policy)
    try:
        at = time_of(args.at) if args.at else time.time_ns()
    except Fault as fault:
        raise Unreadable(f"--at: {fault}") from None
    if args.command == "many":
        folder = args.files[0]
        print(json.dumps([verify_bundle(os.path.join(folder, file), policy, at).as_json() for file in sorted(os.listdir(folder))]))
        return 0
    report = (verify_bundle if args.command == "bundle" else verify_receipt)(args.files[0], policy, at)
    if args.json:
        print(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        report.print()
    return report.exit()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unreadable as error:
        print(f"verify.py: {error}", file=sys.stderr)
        sys.exit(2)
