"""gensim's scan of a vocabulary beside ours, driven by bench/text.ts over standard input and output.

    python3 gensim_vocabulary.py FILE

FILE has words between spaces. Answers with one line of JSON to each line it reads: the seconds of a scan, how many words
there are, how many different ones, and the counts of the most frequent.
"""

import json
import sys
import time

import gensim
from gensim.models import Word2Vec
from gensim.models.word2vec import LineSentence

path = sys.argv[1]
print(json.dumps({"version": gensim.__version__}), flush=True)
for line in sys.stdin:
    model = Word2Vec(min_count=1)
    began = time.perf_counter()
    words, _ = model.scan_vocab(corpus_iterable=LineSentence(path))
    seconds = time.perf_counter() - began
    vocabulary = sorted(model.raw_vocab.values(), reverse=True)
    answer = {"seconds": seconds, "words": words, "different": len(vocabulary), "counts": vocabulary[:1000]}
    print(json.dumps(answer), flush=True)
