"""One pass of plain training in PyTorch, and what it reaches on a held-out text, for bench/time-to-quality.ts.

    python3 torch_epoch.py MODEL PATH

MODEL: JSON with vocabulary, embeddingSize, hiddenSize, batchSize, steps, threads, rate (an LSTM of one layer, full softmax,
float32, Adam, gradients clipped to a norm of 1, PyTorch's own initial weights). PATH.train, PATH.valid: int32 tokens.
Texts are cut into batchSize streams that are read side by side, the state carried on. Prints lines of JSON: the held-out
loss after every tenth of the pass, with the seconds and processor seconds of training alone; at the end tokens a second,
the median of the steps.
"""

import json
import sys
import time

import numpy
import torch

m = json.loads(sys.argv[1])
torch.set_num_threads(m["threads"])
torch.manual_seed(1)


def streams(path):
    """(length, lanes) of inputs and targets; a target of -1 does not count."""
    tokens = numpy.fromfile(path, dtype=numpy.int32).astype(numpy.int64)
    lanes = m["batchSize"]
    length = -(-(len(tokens) - 1) // lanes)
    targets = numpy.full(lanes * length, -1, dtype=numpy.int64)
    targets[: len(tokens) - 1] = tokens[1:]
    inputs = numpy.zeros(lanes * length, dtype=numpy.int64)
    inputs[: len(tokens) - 1] = tokens[:-1]
    return [torch.from_numpy(x.reshape(lanes, length).T.copy()) for x in (inputs, targets)]


embedding = torch.nn.Embedding(m["vocabulary"], m["embeddingSize"])
lstm = torch.nn.LSTM(m["embeddingSize"], m["hiddenSize"])
output = torch.nn.Linear(m["hiddenSize"], m["vocabulary"])
parameters = [p for part in (embedding, lstm, output) for p in part.parameters()]
optimizer = torch.optim.Adam(parameters, lr=m["rate"])


def loss_of(inputs, targets, state, reduction):
    states, state = lstm(embedding(inputs), state)
    logits = output(states)
    loss = torch.nn.functional.cross_entropy(
        logits.view(-1, logits.shape[-1]), targets.reshape(-1), ignore_index=-1, reduction=reduction
    )
    return loss, state


def held_out(inputs, targets):
    total, state = 0.0, None
    with torch.no_grad():
        for at in range(0, len(inputs), m["steps"]):
            loss, state = loss_of(inputs[at : at + m["steps"]], targets[at : at + m["steps"]], state, "sum")
            total += loss.item()
    return total / (targets >= 0).sum().item()


inputs, targets = streams(sys.argv[2] + ".train")
valid = streams(sys.argv[2] + ".valid")
windows = range(0, len(inputs), m["steps"])
state, seconds, processor, rates = None, 0.0, 0.0, []
for index, at in enumerate(windows):
    began, cpu = time.perf_counter(), time.process_time()
    window = inputs[at : at + m["steps"]], targets[at : at + m["steps"]]
    optimizer.zero_grad()
    loss, state = loss_of(*window, state, "mean")
    state = tuple(part.detach() for part in state)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1)
    optimizer.step()
    took = time.perf_counter() - began
    seconds += took
    processor += time.process_time() - cpu
    rates.append(window[0].numel() / took)
    if (index + 1) % max(1, len(windows) // 10) == 0 or index + 1 == len(windows):
        tokens = (targets[: at + m["steps"]] >= 0).sum().item()
        answer = {"tokens": tokens, "loss": held_out(*valid), "seconds": seconds, "processorSeconds": processor}
        print(json.dumps({**answer, "rate": float(numpy.median(rates))}), flush=True)
    if m.get("limit") and seconds > m["limit"]:
        print(json.dumps({"rate": float(numpy.median(rates))}), flush=True)
        break
