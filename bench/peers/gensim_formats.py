"""gensim's reading and writing of word vectors beside ours, driven by bench/formats.ts over standard input and output.

    python3 gensim_formats.py FOLDER SIZE

FOLDER holds expected.f32 (V, SIZE; float32) and expected.txt (V words, one a line). Answers with one line of JSON to each
line it reads: "load FORMAT FILE" reads a file and answers {"seconds": ..., "equal": whether it is expected, to the bit};
"save FORMAT FILE" writes expected and answers {"seconds": ...}. FORMAT: text, binary or glove.
"""

import json
import sys
import time

import gensim
import numpy
from gensim.models import KeyedVectors

folder, size = sys.argv[1], int(sys.argv[2])
vectors = numpy.fromfile(folder + "/expected.f32", dtype=numpy.float32).reshape(-1, size)
with open(folder + "/expected.txt", encoding="utf-8") as file:
    words = file.read().rstrip("\n").split("\n")
expected = KeyedVectors(size)
expected.add_vectors(words, vectors)

print(json.dumps({"version": gensim.__version__}), flush=True)
for line in sys.stdin:
    command, kind, path = line.strip().split(" ", 2)
    options = {"binary": kind == "binary"}
    began = time.perf_counter()
    if command == "load":
        found = KeyedVectors.load_word2vec_format(path, no_header=kind == "glove", **options)
        seconds = time.perf_counter() - began
        equal = found.index_to_key == words and found.vectors.tobytes() == vectors.tobytes()
        print(json.dumps({"seconds": seconds, "equal": equal}), flush=True)
    else:
        expected.save_word2vec_format(path, write_header=kind != "glove", **options)
        print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)
