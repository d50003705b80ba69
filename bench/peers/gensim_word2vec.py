"""gensim's word2vec beside ours, driven by bench/word2vec.ts.

    python3 gensim_word2vec.py CORPUS_FILE OPTIONS_AS_JSON [SAVED]

CORPUS_FILE has a sentence a line, words between spaces. With SAVED it trains once and saves the vectors there as word2vec
text. Without, it counts the words and answers with one line of JSON to each line it reads from standard input:
"train SEED" trains from new weights and answers {"wall": ..., "cpu": ...}, seconds, without the time to count the words;
"save PATH" writes PATH.f32 (V, D; float32) and PATH.words (V words, one a line) and answers {"words": V}.
"""

import json
import sys
import time

import gensim
import numpy
from gensim.models import Word2Vec

corpus, options = sys.argv[1], json.loads(sys.argv[2])
saved = sys.argv[3] if len(sys.argv) > 3 else None

# With corpus_file each of W workers counts its own words against the whole text, so that within an epoch the learning
# rate falls only a W-th of its way. In one epoch a lower end makes it fall as far as ours. With more epochs it would jump
# at the end of each: quality is compared with one worker, whose learning rate falls as ours.
start, end = options["alpha"], options["minAlpha"]
if options["epochs"] == 1:
    end = start - (start - end) * options["threads"]

model = Word2Vec(
    sg=1 if options["algorithm"] == "skipgram" else 0,
    hs=1 if options["hierarchicalSoftmax"] else 0,
    vector_size=options["vectorSize"],
    window=options["window"],
    negative=options["negative"],
    sample=options["sample"],
    min_count=options["minCount"],
    workers=options["threads"],
    epochs=options["epochs"],
    alpha=start,
    min_alpha=end,
)


def train():
    model.train(
        corpus_file=corpus,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=options["epochs"],
        start_alpha=start,
        end_alpha=end,
    )


model.build_vocab(corpus_file=corpus)
if saved:
    train()
    model.wv.save_word2vec_format(saved)
    sys.exit()

print(json.dumps({"version": gensim.__version__, "vocabulary": len(model.wv)}), flush=True)
for line in sys.stdin:
    command, _, argument = line.strip().partition(" ")
    if command == "train":
        model.seed = int(argument)
        model.random = numpy.random.RandomState(model.seed)
        model.wv.vectors = numpy.zeros((0, 0), numpy.float32)  # init_weights keeps those that are there
        model.init_weights()
        began, used = time.perf_counter(), time.process_time()
        train()
        wall, cpu = time.perf_counter() - began, time.process_time() - used
        print(json.dumps({"wall": wall, "cpu": cpu}), flush=True)
    elif command == "save":
        model.wv.vectors.astype(numpy.float32).tofile(argument + ".f32")
        with open(argument + ".words", "w", encoding="utf-8") as words:
            words.write("\n".join(model.wv.index_to_key))
        print(json.dumps({"words": len(model.wv)}), flush=True)
