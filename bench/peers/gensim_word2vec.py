"""gensim's word2vec beside ours, driven by bench/word2vec.ts over standard input and output.

    python3 gensim_word2vec.py CORPUS_FILE OPTIONS_AS_JSON

CORPUS_FILE has a sentence a line, words between spaces. Answers with one line of JSON to each line it reads:
"train" trains from new weights and answers {"seconds": ...}, without the time to count the words;
"save PATH" writes PATH.f32 (V, D; float32) and PATH.txt (V words, one a line) and answers {"words": V}.
"""

import json
import sys
import time

import gensim
import numpy
from gensim.models import Word2Vec

corpus, options = sys.argv[1], json.loads(sys.argv[2])
model = Word2Vec(
    sg=1 if options["algorithm"] == "skipgram" else 0,
    vector_size=options["vectorSize"],
    window=options["window"],
    negative=options["negative"],
    sample=options["sample"],
    min_count=options["minCount"],
    workers=options["threads"],
    seed=options["seed"],
    epochs=options["epochs"],
)
model.build_vocab(corpus_file=corpus)

# With corpus_file each of W workers counts its own words against the whole text, so that within an epoch the learning
# rate falls only a W-th of its way. In one epoch a lower end makes it fall as far as ours; with more epochs it jumps at
# the end of each and comes near enough by itself.
start, end = options["alpha"], options["minAlpha"]
if options["epochs"] == 1:
    end = start - (start - end) * options["threads"]

print(json.dumps({"version": gensim.__version__, "vocabulary": len(model.wv)}), flush=True)
for line in sys.stdin:
    command, _, path = line.strip().partition(" ")
    if command == "train":
        model.init_weights()
        began = time.perf_counter()
        model.train(
            corpus_file=corpus,
            total_examples=model.corpus_count,
            total_words=model.corpus_total_words,
            epochs=options["epochs"],
            start_alpha=start,
            end_alpha=end,
        )
        print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)
    elif command == "save":
        model.wv.vectors.astype(numpy.float32).tofile(path + ".f32")
        with open(path + ".txt", "w", encoding="utf-8") as words:
            words.write("\n".join(model.wv.index_to_key))
        print(json.dumps({"words": len(model.wv)}), flush=True)
