"""CBOR and signatures of the datagrams, on both interpreters."""

import unittest

from node.uplink import datagram

# Appendix A of RFC 8949
VECTORS = (
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (-1, "20"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (100000.0, "fa47c35000"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    ("", "60"),
    ("IETF", "6449455446"),
    ("\u00fc", "62c3bc"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ([], "80"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
)
BROKEN = (
    "",
    "18",
    "19ff",
    "82",
    "8201",
    "62c3",
    "0000",
    "a0",
    "9f",
    "1c",
    "f9",
    "ff",
    "fa0000",
    "61ff",
    "8181818100",
    "5bffffffffffffffff00",
    "9bffffffffffffffff",
)


class CborTest(unittest.TestCase):
    def test_the_rfcs_examples(self):
        for value, text in VECTORS:
            raw = bytes.fromhex(text)
            self.assertEqual(datagram.dump(value), raw)
            got = datagram.load(raw)
            self.assertEqual((got, type(got)), (value, type(value)))
        self.assertEqual(datagram.load(bytes.fromhex("fb3ff199999999999a")), 1.1)

    def test_what_is_broken_is_a_value_error(self):
        for text in BROKEN:
            with self.assertRaises(ValueError):
                datagram.load(bytes.fromhex(text))

    def test_what_it_cannot_write(self):
        for value in ({}, object, 1 << 64):
            with self.assertRaises(ValueError):
                datagram.dump(value)


class SignedTest(unittest.TestCase):
    def test_rfc_4231(self):
        data = b"what do ya want for nothing?"
        self.assertEqual(datagram.sign(data, b"Jefe")[len(data) :].hex(), "5bdcc146bf60754e")

    def test_a_key_longer_than_a_block_is_hashed_first(self):  # RFC 4231, test case 6
        data = b"Test Using Larger Than Block-Size Key - Hash Key First"
        self.assertEqual(datagram.sign(data, b"\xaa" * 131)[len(data) :].hex(), "60e431591ee0b67f")

    def test_what_was_changed_is_refused(self):
        key = b"a key of the two"
        whole = datagram.sign(b"body", key)
        self.assertEqual(datagram.verify(whole, key), b"body")
        for i in range(len(whole)):
            bad = bytearray(whole)
            bad[i] ^= 1
            with self.assertRaises(ValueError):
                datagram.verify(bytes(bad), key)
        for data in (b"", b"body", whole[-8:], whole[:-1]):
            with self.assertRaises(ValueError):
                datagram.verify(data, key)

    def test_without_a_key_nothing_is_signed(self):
        self.assertEqual(datagram.sign(b"body", None), b"body")
        self.assertEqual(datagram.verify(b"body", None), b"body")


if __name__ == "__main__":
    unittest.main()
