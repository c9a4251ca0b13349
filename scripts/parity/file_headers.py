"""Headers of files, and what the reference's readers make of them: file_headers() -> dict."""

import io
import json
import pathlib
import struct
import tempfile
import warnings

import numpy
import safetensors

ENTRY = "{'descr': %s, 'fortran_order': %s, 'shape': %s, }"
QUOTED = ["u'<f4'", "U'f4'", "r'=f8'", "b'<f4'", "'f8 '", "''"]
NAMES = """
    <f4 =f4 |f4 f4 >f4 @f4 f d =d >d e ? <? b1 |b1 b B |u1 >i1 h H <H i I q Q >q float32 float64 float16 float half
    single double int8 int16 int32 int64 uint8 uint16 uint32 uint64 int uint bool byte ubyte short ushort intc uintc
    longlong ulonglong intp uintp <float32 F4 Float32 b8
""".split()
DESCRIPTORS = QUOTED + [f"'{name}'" for name in NAMES]
SHAPES = ["(2L,)", "(1L, 2L)", "(2, 1L)", "(2l,)", "(2LL,)", "( 2 , )", "(02,)", "(2)", "2", "[2]", "(-2,)", "(,)"]


def npy(text, version=(1, 0)):
    """A file that begins with this header; what follows are its elements."""
    length = (12 + len(text) + 1 + 63) // 64 * 64 - (10 if version == (1, 0) else 12)
    body = text.encode("latin1").ljust(length - 1) + b"\n"
    size = struct.pack("<H" if version == (1, 0) else "<I", length)
    return b"\x93NUMPY" + bytes(version) + size + body


def numpy_reads(header):
    """The dtype, shape and bytes that NumPy finds behind the header, or None where it refuses it."""
    elements = bytes(range(1, 17))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that Python 2 has written it
            array = numpy.load(io.BytesIO(header + elements))
    except (ValueError, TypeError):
        return None
    little = array.astype(array.dtype.newbyteorder("<"))
    return [array.dtype.name, list(array.shape), little.tobytes("C").hex()]


def numpy_headers():
    texts = [ENTRY % (descriptor, "False", "(2,)") for descriptor in DESCRIPTORS]
    texts += [ENTRY % ("'<f4'", "False", shape) for shape in SHAPES]
    texts += [
        "{u'descr': u'<f4', u'fortran_order': False, u'shape': (2L, 1L), }",
        "{'shape': (1L, 2L), 'fortran_order': True, 'descr': u'=f8'}",
        ENTRY % ("'<f4'", "0", "(2,)"),
        ENTRY % ("'<f4'", "None", "(2,)"),
    ]
    headers = [npy(text) for text in texts] + [npy(texts[0], (2, 0)), npy(texts[0], (3, 0))]
    return [[header.hex(), numpy_reads(header)] for header in headers]


def safetensors_reads(header):
    """{ keys, metadata } as safetensors finds them, or None where it refuses the header."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "some.safetensors")
        text = header.encode()
        path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(8))
        try:
            with safetensors.safe_open(path, "np") as file:
                return {"keys": list(file.keys()), "metadata": file.metadata() or {}}
        except safetensors.SafetensorError:
            return None


def safetensors_headers():
    tensor = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    unknown = [1, -2.5, 1e-3, True, False, None, "\u00e9\n", [], {}, [1, {"a": [None]}], {"b": {"c": 0}}]
    headers = [json.dumps({"__metadata__": value, "a": tensor}) for value in (None, {}, {"b": "c"}, 1, [], "", {"b": None}, {"b": 1})]
    headers += [json.dumps({"a": {"x": value, **tensor, "y": value}}) for value in unknown]
    field = '{"a": {"x": %s, "dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}'
    written = ["01", "1.", ".5", "+1", "1e", "1e999", "-0", "NaN", "nul", "tru", "[1,]", "{1: 2}", "[1 2]", '"\\ud800"', '"\\x"', ""]
    written += ['1, "x": 2', '1, "dtype": "F32"', "[" * 125 + "]" * 125, "[" * 126 + "]" * 126]
    headers += [field % value for value in written]
    headers += ['{"__metadata__": null, "__metadata__": null, "a": %s}' % json.dumps(tensor)]
    kinds = ["F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"]
    headers += [json.dumps({"a": {**tensor, "dtype": kind, "shape": [8]}}) for kind in kinds]
    headers += [json.dumps({"a": {**tensor, "dtype": kind, "shape": shape}}) for kind, shape in [("C64", [1]), ("F4", [16])]]
    return [[header, safetensors_reads(header)] for header in headers]


def file_headers():
    return {"npy": numpy_headers(), "safetensors": safetensors_headers()}
