#!/usr/bin/env python3
"""Holds verify.py against the vectors, RFC 8032 and bundles that were damaged. Run it in this folder: python3 test_verify.py"""

import base64
import contextlib
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # this folder holds what is published
import verify  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "vectors")
SEED = int(os.environ.get("VERIFY_SEED") or random.SystemRandom().randrange(2**32))
KINDS = ("entry", "receipt", "record", "block")  # those that expected.json counts

# RFC 8032 §7.1: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def load(name):
    with open(os.path.join(VECTORS, name), "rb") as file:
        return file.read()


POLICY = verify.policy_of(os.path.join(VECTORS, "policy.txt"))


def judge(bundle, at="2026-11-25T10:00:00Z"):
    return verify.Bundle(POLICY, verify.time_of(at)).run(io.BytesIO(bundle))


class Signatures(unittest.TestCase):
    def test_rfc_8032(self):
        for key, message, signature in RFC_8032:
            key, message, signature = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
            self.assertTrue(verify.signed(key, message, signature))
            self.assertFalse(verify.signed(key, message + b"x", signature))
            for bit in range(512):
                other = bytearray(signature)
                other[bit // 8] ^= 1 << bit % 8
                self.assertFalse(verify.signed(key, message, bytes(other)), bit)

    def test_s_below_the_order(self):
        key, message, signature = (bytes.fromhex(text) for text in RFC_8032[1])
        s = int.from_bytes(signature[32:], "little") + verify.L  # the same point
        self.assertFalse(verify.signed(key, message, signature[:32] + s.to_bytes(32, "little")))

    def test_points(self):
        self.assertEqual(verify.encode(verify.BASE), bytes.fromhex("58" + "66" * 31))
        for data in ((verify.P + 1).to_bytes(32, "little"), (1 + 2**255).to_bytes(32, "little")):
            self.assertEqual(verify.encode(verify.point(data)), (1).to_bytes(32, "little"))  # as Go takes them
        with self.assertRaises(verify.Fault):
            verify.point((2).to_bytes(32, "little"))

    def test_signature_that_is_too_short(self):
        key, message, signature = (bytes.fromhex(text) for text in RFC_8032[0])
        self.assertFalse(verify.signed(key, message, signature[:63]))
        self.assertFalse(verify.signed(key[:31], message, signature))


class Json(unittest.TestCase):
    def test_refused(self):
        for text in (
            b'{"a":1,"a":2}', b'{"a":{"b":1,"\\u0062":2}}', b'{"a":"\\ud800"}', b'{"\\udfff":1}', b'{"a":"\\udc00\\ud800"}', b'{"a":NaN}',
            b'{"a":-Infinity}', b'{"a":null}', b'{"a":[1,null]}', b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', b'\xef\xbb\xbf{"a":1}', b'{"a":1}{}',
            b'{"a":01}', b'{"a":1,}', b"{'a':1}", b'{"a":"\x01"}', b'{"a":1.}', b'{"a":+1}', b'{"a":"\\x"}', b"[]", b"1", b"", b'{"a":',
            b'{"a":' * 65 + b"1" + b"}" * 65, b"[" * 100000, b'{"a":"' + b"[" * 70, b'{"a":\xc2\xa01}',
        ):  # fmt: skip
            with self.assertRaises(verify.Fault, msg=text[:40]):
                verify.parse_object(text)

    def test_taken(self):
        for text in (
            b'{"a":' * 64 + b"1" + b"}" * 64, b'{"a":"' + b"[" * 70 + b'\\"{"}', b'{"a":"\\ud83d\\ude00"}', b'\t{"a":' + b"9" * 5000 + b"}\r\n",
            b'{"a":1e999}', b'{"a":"\\uffff"}',
        ):  # fmt: skip
            verify.parse_object(text)

    def test_integers(self):
        for text in ("1.0", "1e0", "-0", "9007199254740992", "9" * 5000):
            with self.assertRaises(verify.Fault, msg=text[:20]):
                verify.integer(verify.parse_object(b'{"a":%s}' % text.encode())["a"], "a", -verify.MAX_INT)
        for text in ("0", "-9007199254740991", "9007199254740991"):
            self.assertEqual(int(text), verify.integer(verify.parse_object(b'{"a":%s}' % text.encode())["a"], "a", -verify.MAX_INT))
        for value in (True, "1", None, 1):
            with self.assertRaises(verify.Fault):
                verify.integer(value, "a")

    def test_base64(self):
        for text in ("AA=", "AA", "AB==", "AA==\n", "A\nA==", "AAAA=", "AA--", "AAA=AAAA", "ÀAAA"):
            with self.assertRaises(verify.Fault, msg=text):
                verify.base64_bytes(text, "it")
        self.assertEqual(verify.base64_bytes("AB==", "it", spare=True), b"\0")
        self.assertEqual(verify.base64_bytes("", "it"), b"")


class Trees(unittest.TestCase):
    def test_paths_of_all_small_trees(self):
        leaves = [hashlib.sha256(bytes([i])).digest() for i in range(20)]

        def root(part):
            tree = verify.Tree()
            for leaf in part:
                tree.append(leaf)
            return tree.root()

        def path(index, part):
            if len(part) == 1:
                return []
            half = 1 << (len(part) - 1).bit_length() - 1
            if index < half:
                return path(index, part[:half]) + [root(part[half:])]
            return path(index - half, part[half:]) + [root(part[:half])]

        self.assertEqual(root([]), hashlib.sha256(b"").digest())
        for size in range(1, 21):
            part = leaves[:size]
            for index in range(size):
                proof = path(index, part)
                self.assertEqual(verify.root_of_path(leaves[index], index, size, proof), root(part))
                for wrong in (proof + leaves[:1], proof[:-1]):
                    if wrong != proof:
                        with self.assertRaises(verify.Fault):
                            verify.root_of_path(leaves[index], index, size, wrong)


class Vectors(unittest.TestCase):
    def test_bundles(self):
        expected = json.loads(load("expected.json"))
        self.assertEqual(sorted(expected), sorted(name for name in os.listdir(VECTORS) if name.endswith(".ndjson")))
        for name, want in expected.items():
            with self.subTest(name):
                report = judge(load(name), want["at"])
                self.assertEqual(report.exit(), want["exit"], report.said)
                self.assertEqual({kind: report.counts[kind] for kind in KINDS if kind in report.counts}, want["counts"], report.said)

    def test_records(self):
        vectors = json.loads(load("records.json"))
        results = verify.verify_records(os.path.join(VECTORS, "records.json"))
        self.assertEqual(len(vectors), len(results))
        for want, got in zip(vectors, results):
            self.assertEqual((want["name"], want["record"], want.get("leaf")), (got["name"], got["record"], got.get("leaf")), got)

    def test_command(self):
        for command, name, status in (("bundle", "whole.ndjson", 0), ("bundle", "overdue.ndjson", 1), ("bundle", "none.ndjson", 2), ("receipt", "policy.txt", 1)):
            run = subprocess.run(
                [sys.executable, os.path.join(HERE, "verify.py"), command, "--policy", os.path.join(VECTORS, "policy.txt"), "--at",
                 "2026-11-25T10:00:00Z", os.path.join(VECTORS, name)],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            self.assertEqual(run.returncode, status, run)
            self.assertEqual("0 independent witnesses" in run.stdout, status < 2 and command == "bundle", run)

    def test_receipts(self):
        key = json.loads(base64.b64decode(json.loads(load("whole.ndjson").split(b"\n")[3])["data"])[1:])["vkey"]
        policy = verify.Policy(load("policy.txt").decode() + f"journal {key}\n")
        receipt = json.loads(load("whole.ndjson").split(b"\n")[10])
        del receipt["type"]
        for index, want in ((2, 2), (3, 1)):
            receipt["index"] = index
            with tempfile.TemporaryDirectory() as folder:
                name = os.path.join(folder, "receipt.json")
                with open(name, "w", encoding="utf-8") as file:
                    json.dump(receipt, file)
                report = verify.verify_receipt(name, policy, 0)
                self.assertEqual(report.exit(), want, report.said)
                self.assertEqual(verify.verify_receipt(name, POLICY, 0).exit(), 1)


class Damage(unittest.TestCase):
    """No damage to a bundle makes more of it hold, and none that is noticed passes for a bundle that holds."""

    def test_flips(self):
        whole = load("whole.ndjson")
        rng = random.Random(SEED)
        good = judge(whole).counts
        quiet = 0
        for _ in range(2000):
            damaged = bytearray(whole)
            at = rng.randrange(len(whole))
            damaged[at] ^= 1 << rng.randrange(8)
            report = judge(bytes(damaged))
            said = f"VERIFY_SEED={SEED}, byte {at}: {report.counts} {report.said}"
            for kind, counts in report.counts.items():
                for verdict in ("holds", "erased"):
                    self.assertLessEqual(counts.get(verdict, 0), good.get(kind, {}).get(verdict, 0), said)
            quiet += report.exit() == 0
            # A receipt's line whose type is another is ignored, as if it had not been given.
            without = [{kind: c for kind, c in counts.items() if kind != "receipt"} for counts in (report.counts, good)]
            self.assertEqual(report.exit() == 0, without[0] == without[1] and set(report.counts.get("receipt", {})) <= {"holds", "erased"}, said)
        # Else the names in a receipt of an erased record, and spare bits of signatures, are all that nothing covers.
        self.assertLess(quiet, 80, f"VERIFY_SEED={SEED}")
        print(f"2000 flips, VERIFY_SEED={SEED}: {quiet} changed nothing that counts", file=sys.stderr)


class Policies(unittest.TestCase):
    def test_refused(self):
        log = load("policy.txt").decode().split("\n")[1]
        key = log.split()[1]
        for text in ("", "quorum none\n", log + "\n" + log, log + "\nquorum w", log + "\nquorum none\nquorum none", log + "\njournal " + key,
                     log + "\nwitness w " + key, log + "\ngroup g any", log + "\ngroup g any none", log[:-1] + "\n", log.replace("+0", "+1"), "trust me"):  # fmt: skip
            with self.assertRaises(verify.Unreadable, msg=text):
                verify.Policy(text)
        verify.Policy(f"  # a comment\n\n{log} https://ledger.example/\nquorum none\n")


if __name__ == "__main__":
    with contextlib.suppress(AttributeError):
        sys.set_int_max_str_digits(640)  # nothing may depend on long integers
    unittest.main()
