"""gensim's answers beside ours, driven by bench/questions.ts over standard input and output.

    python3 gensim_questions.py

Answers with one line of JSON to each line of JSON it reads:
{"load": FILE, "rows": V, "size": D} takes vectors (V, D; float32) for words w0, w1, …;
{"positive": [row, …], "negative": [row, …], "count": N} answers {"seconds": …, "rows": [...], "scores": [...]};
{"train": CORPUS, "save": PATH} trains Skip-gram on a text file and writes PATH.f32 and PATH.txt, as they are asked then;
{"pairs": FILE} and {"analogies": FILE, "restrict": N} evaluate.
"""

import json
import sys
import time

import gensim
import numpy
from gensim.models import KeyedVectors, Word2Vec

wv = None


def load(path, rows, size):
    vectors = KeyedVectors(size)
    vectors.vectors = numpy.fromfile(path, dtype=numpy.float32).reshape(rows, size)
    vectors.index_to_key = [f"w{row}" for row in range(rows)]
    vectors.key_to_index = {word: row for row, word in enumerate(vectors.index_to_key)}
    vectors.fill_norms()
    return vectors


print(json.dumps({"version": gensim.__version__}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    answer = {}
    began = time.perf_counter()
    if "load" in asked:
        wv = load(asked["load"], asked["rows"], asked["size"])
    elif "positive" in asked:
        positive, negative = ([f"w{row}" for row in asked[side]] for side in ("positive", "negative"))
        found = wv.most_similar(positive=positive, negative=negative, topn=asked["count"])
        answer = {"rows": [int(word[1:]) for word, _ in found], "scores": [float(score) for _, score in found]}
    elif "train" in asked:
        wv = Word2Vec(corpus_file=asked["train"], sg=1, vector_size=100, epochs=1, workers=2, seed=1).wv
        wv.vectors.astype(numpy.float32).tofile(asked["save"] + ".f32")
        with open(asked["save"] + ".txt", "w", encoding="utf-8") as words:
            words.write("\n".join(wv.index_to_key))
    elif "pairs" in asked:
        pearson, spearman, unknown = wv.evaluate_word_pairs(asked["pairs"])
        answer = {"pearson": float(pearson[0]), "spearman": float(spearman[0]), "unknown": float(unknown)}
    elif "analogies" in asked:
        _, sections = wv.evaluate_word_analogies(asked["analogies"], restrict_vocab=asked["restrict"])
        answer = {"right": [len(each["correct"]) for each in sections], "wrong": [len(each["incorrect"]) for each in sections]}
    print(json.dumps({"seconds": time.perf_counter() - began, **answer}), flush=True)
