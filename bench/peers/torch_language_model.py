"""PyTorch's recurrent language models beside ours, driven by bench/language-model.ts over standard input and output.

    python3 torch_language_model.py

Answers with one line of JSON to each line of JSON that it reads:
  {"command": "check", "model": M, "path": P, "tensors": [[name, shape], ...]}   P.parameters and P.gradients: float32, one
      tensor after the other; P.tokens: int32, (2, T, B) inputs and targets -> {"loss", "error"}: the loss, and the largest
      difference of a gradient, as a part of the largest number of its tensor
  {"command": "checkLayer", "model": M, "path": P, "tensors": [...]}   P.input, P.output and their gradients: float32, (T, B, E or H);
      the layers by themselves, forward from P.input and back from P.outputGradient -> {"error"}, of the output as well
  {"command": "trainLayer", "model": M, "seconds": S}   -> {"rate"} of that: tokens a second, the median
  {"command": "train", "model": M, "seconds": S}   -> {"rate"}: tokens a second, the median of the steps
  {"command": "steps", "model": M, "path": P, "tensors": [...], "rates": R}   P.training and P.heldOut: int32 tokens; one pass of
      Adam with clipped gradients over the first from P.parameters, B streams, the state carried over -> {"perplexity"} of the other
  {"command": "infer", "model": M, "steps": N}     -> {"microseconds"}: of a token with its probabilities, the median
M: cell, layers, vocabulary, embeddingSize, hiddenSize, batchSize, steps, threads. float32, Adam, full softmax, as ours.
"""

import json
import sys
import time

import numpy
import torch

MODULES = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}


class Model:
    def __init__(self, m):
        self.embedding = torch.nn.Embedding(m["vocabulary"], m["embeddingSize"])
        self.layers = layers_of(m)
        self.output = torch.nn.Linear(m["hiddenSize"], m["vocabulary"])

    def named(self):
        parts = {"embedding.weight": self.embedding.weight, "output.weight": self.output.weight}
        return {**parts, "output.bias": self.output.bias, **dict(self.layers.named_parameters())}

    def loss(self, inputs, targets):
        states, _ = self.layers(self.embedding(inputs))
        logits = self.output(states)
        return torch.nn.functional.cross_entropy(logits.view(-1, logits.shape[-1]), targets.reshape(-1))


    def load(self, parameters, tensors):
        named = self.named()
        at = 0
        with torch.no_grad():
            for name, shape in tensors:
                count = int(numpy.prod(shape))
                named[name].copy_(torch.from_numpy(parameters[at : at + count]).view(shape))
                at += count


def windows(tokens, lanes, steps):
    """Inputs and targets (T, B) of `lanes` streams over a text, which each token but the first is predicted in; -1 for none."""
    length = -(-(len(tokens) - 1) // lanes)
    places = torch.arange(lanes) * length + torch.arange(length).view(-1, 1)
    exists = places < len(tokens) - 1
    places = torch.where(exists, places, torch.zeros_like(places))
    inputs = tokens[places]
    targets = torch.where(exists, tokens[places + 1], torch.full_like(places, -1))
    for start in range(0, length, steps):
        yield inputs[start : start + steps], targets[start : start + steps]


def steps(m, path, tensors, rates):
    model = Model(m)
    model.load(numpy.fromfile(path + ".parameters", dtype=numpy.float32), tensors)
    training, held_out = (
        torch.from_numpy(numpy.fromfile(f"{path}.{name}", dtype=numpy.int32).astype(numpy.int64))
        for name in ("training", "heldOut")
    )

    def loss(inputs, targets, state, reduction):
        states, state = model.layers(model.embedding(inputs), state)
        logits = model.output(states).view(-1, m["vocabulary"])
        entropy = torch.nn.functional.cross_entropy(logits, targets.reshape(-1), ignore_index=-1, reduction=reduction)
        return entropy, state

    optimizer = torch.optim.Adam([{"params": [values], "lr": rates[name]} for name, values in model.named().items()])
    state = None
    for inputs, targets in windows(training, m["batchSize"], m["steps"]):
        optimizer.zero_grad()
        mean, state = loss(inputs, targets, state, "mean")
        mean.backward()
        state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        torch.nn.utils.clip_grad_norm_(model.named().values(), 1)
        optimizer.step()
    total = 0.0
    state = None
    with torch.no_grad():
        for inputs, targets in windows(held_out, m["batchSize"], m["steps"]):
            part, state = loss(inputs, targets, state, "sum")
            total += part.item()
    return {"perplexity": float(numpy.exp(total / (len(held_out) - 1)))}


def check(m, path, tensors):
    model = Model(m)
    model.load(numpy.fromfile(path + ".parameters", dtype=numpy.float32), tensors)
    gradients = numpy.fromfile(path + ".gradients", dtype=numpy.float32)
    tokens = torch.from_numpy(numpy.fromfile(path + ".tokens", dtype=numpy.int32).astype(numpy.int64))
    inputs, targets = tokens.view(2, m["steps"], m["batchSize"])
    named = model.named()
    loss = model.loss(inputs, targets)
    loss.backward()
    error = at = 0
    for name, shape in tensors:
        count = int(numpy.prod(shape))
        ours = torch.from_numpy(gradients[at : at + count]).view(shape)
        theirs = named[name].grad
        error = max(error, ((ours - theirs).abs().max() / theirs.abs().max()).item())
        at += count
    return {"loss": loss.item(), "error": error}


def run_layer(layers, inputs, gradient):
    inputs.grad = None
    layers.zero_grad(set_to_none=True)
    states, _ = layers(inputs)
    states.backward(gradient)
    return states


def layers_of(m):
    return MODULES[m["cell"]](m["embeddingSize"], m["hiddenSize"], m["layers"])


def check_layer(m, path, tensors):
    def read(name, shape):
        return torch.from_numpy(numpy.fromfile(f"{path}.{name}", dtype=numpy.float32)).view(shape)

    def numbers(name, shapes):
        return read(name, -1).split([int(numpy.prod(shape)) for shape in shapes])

    shape = (m["steps"], m["batchSize"], -1)
    layers = layers_of(m)
    named = dict(layers.named_parameters())
    names, shapes = zip(*tensors)
    with torch.no_grad():
        for name, values in zip(names, numbers("parameters", shapes)):
            named[name].copy_(values.view_as(named[name]))
    inputs = read("input", shape).requires_grad_()
    states = run_layer(layers, inputs, read("outputGradient", shape))
    pairs = [(read("output", shape), states), (read("inputGradient", shape), inputs.grad)]
    pairs += [(ours.view_as(named[name]), named[name].grad) for name, ours in zip(names, numbers("gradients", shapes))]
    return {"error": max(((ours - theirs).abs().max() / theirs.abs().max()).item() for ours, theirs in pairs)}


def train_layer(m, seconds):
    layers = layers_of(m)
    inputs = torch.rand(m["steps"], m["batchSize"], m["embeddingSize"], requires_grad=True)
    gradient = torch.rand(m["steps"], m["batchSize"], m["hiddenSize"])
    rates = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(rates) < 5:
        began = time.perf_counter()
        run_layer(layers, inputs, gradient)
        rates.append(m["steps"] * m["batchSize"] / (time.perf_counter() - began))
    return {"rate": float(numpy.median(rates[2:]))}


def train(m, seconds):
    model = Model(m)
    optimizer = torch.optim.Adam(model.named().values(), lr=1e-3)
    shape = (m["steps"], m["batchSize"])
    rates = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(rates) < 5:
        inputs = (m["vocabulary"] ** torch.rand(shape)).long() - 1
        targets = (m["vocabulary"] ** torch.rand(shape)).long() - 1
        began = time.perf_counter()
        optimizer.zero_grad()
        model.loss(inputs, targets).backward()
        torch.nn.utils.clip_grad_norm_(model.named().values(), 1)
        optimizer.step()
        rates.append(inputs.numel() / (time.perf_counter() - began))
    return {"rate": float(numpy.median(rates[2:]))}


def infer(m, steps):
    model = Model(m)
    state = None
    times = []
    with torch.no_grad():
        for step in range(steps):
            began = time.perf_counter()
            states, state = model.layers(model.embedding(torch.tensor([[step * 37 % m["vocabulary"]]])), state)
            torch.softmax(model.output(states), -1)
            times.append(time.perf_counter() - began)
    return {"microseconds": float(numpy.median(times[steps // 3 :])) * 1e6}


print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    torch.set_num_threads(request["model"]["threads"])
    if request["command"] == "check":
        answer = check(request["model"], request["path"], request["tensors"])
    elif request["command"] == "checkLayer":
        answer = check_layer(request["model"], request["path"], request["tensors"])
    elif request["command"] == "trainLayer":
        answer = train_layer(request["model"], request["seconds"])
    elif request["command"] == "steps":
        answer = steps(request["model"], request["path"], request["tensors"], request["rates"])
    elif request["command"] == "train":
        answer = train(request["model"], request["seconds"])
    else:
        answer = infer(request["model"], request["steps"])
    print(json.dumps(answer), flush=True)
