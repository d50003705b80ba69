import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isKept, thresholdOf } from '../../src/language-model/network/dropout.ts';
import { assertNear, create, dot, EIGHTS, FOURS, GAP, LENGTHS, PANELS, VARIANTS } from './language-model-memory.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
for (const variant of VARIANTS) {
  describe(`kernels of the language model (${variant})`, async () => {
    const { kernel, memory, floats, random, start, place, draw, read } = await create(variant);
    const integers = new Int32Array(memory.buffer);

    test('an instance writes nothing into the memory it is given', async () => {
      floats.fill(0);
      await create(variant);
      assert.ok(floats.every((value) => value === 0));
    });

    test('gather looks up the rows of 8 tokens, scatterAdd adds them back, a repeated one as often as it comes', () => {
      for (const features of FOURS) {
        start();
        const table = draw(5 * (features + 4));
        const tokens = [4, 0, 4, 2, 4, 1, 0, 3];
        const tokensPtr = place(tokens);
        integers.set(tokens, tokensPtr / 4);
        const tablePtr = place(table);
        const panelPtr = place(new Array<number>(features * 8).fill(NaN));
        const stride = (features + 4) * 4;
        kernel.gather(tokensPtr, tablePtr, stride, features, panelPtr);
        const panel = Array.from({ length: features * 8 }, (_, index) =>
          Math.fround(table[tokens[index % 8]! * (features + 4) + Math.floor(index / 8)]!),
        );
        assert.deepEqual(read(panelPtr, features * 8), panel);
        kernel.scatterAdd(tokensPtr, tablePtr, stride, features, panelPtr);
        const expected = table.map((value, index) => {
          const row = Math.floor(index / (features + 4));
          return index % (features + 4) < features
            ? value * (1 + tokens.filter((token) => token === row).length)
            : value;
        });
        assertNear(read(tablePtr, table.length), expected, 1e-6, `${features} features`);
      }
    });

    test('lstmForward and lstmStep have the gates of the formula, also where they saturate', () => {
      for (const units of [...LENGTHS, 400]) {
        for (const scale of [1, 30]) {
          start();
          const gates = draw(units * 32).map((x) => x * scale);
          const bias = draw(units * 4);
          const previous = draw(units * 8).map((x) => x * 2);
          const value = (gate: number, unit: number, lane: number) =>
            gates[(gate * units + unit) * 8 + lane]! + bias[gate * units + unit]!;
          const cellAt = (unit: number, lane: number) =>
            sigmoid(value(1, unit, lane)) * previous[unit * 8 + lane]! +
            sigmoid(value(0, unit, lane)) * Math.tanh(value(2, unit, lane));
          const cells = previous.map((_, index) => cellAt(Math.floor(index / 8), index % 8));
          const hiddens = cells.map(
            (cell, index) => sigmoid(value(3, Math.floor(index / 8), index % 8)) * Math.tanh(cell),
          );
          const gatesPtr = place(gates);
          const biasPtr = place(bias);
          const hiddenPtr = place(previous);
          const cellPtr = place([...previous, ...previous]);
          const tanhPtr = cellPtr + units * 32;
          kernel.lstmForward(gatesPtr, biasPtr, 0, hiddenPtr, place(previous), cellPtr, units);
          assertNear(read(cellPtr, units * 8), cells, 4e-6, `cell, ${units} units`);
          assertNear(read(tanhPtr, units * 8), cells.map(Math.tanh), 3e-6, `tanh of the cell, ${units} units`);
          assertNear(read(hiddenPtr, units * 8), hiddens, 3e-6, `hidden, ${units} units`);
          const activations = gates.map((_, index) => {
            const gate = Math.floor(index / 8 / units);
            const x = value(gate, Math.floor(index / 8) % units, index % 8);
            return gate === 2 ? Math.tanh(x) : sigmoid(x);
          });
          assertNear(read(gatesPtr, units * 32), activations, 2e-6, `gates, ${units} units`);

          if (units % 4 > 0) continue;
          const lane = <T>(values: T[]) => values.filter((_, index) => index % 8 === 3);
          const onePtr = place(lane(previous));
          const oneHiddenPtr = place(lane(previous));
          kernel.lstmStep(place(lane(gates)), biasPtr, oneHiddenPtr, onePtr, units);
          assertNear(read(onePtr, units), lane(cells), 4e-6, `one cell, ${units} units`);
          assertNear(read(oneHiddenPtr, units), lane(hiddens), 3e-6, `one hidden, ${units} units`);
        }
      }
    });

    test('gruForward and gruStep, rnnForward and rnnStep have the gates of the formulas', () => {
      for (const units of [...LENGTHS, 400]) {
        start();
        const sums = draw(units * 32).map((x) => x * 4);
        const bias = draw(units * 4);
        const previous = draw(units * 8);
        const at = (block: number, unit: number, lane: number) =>
          sums[(block * units + unit) * 8 + lane]! + bias[block * units + unit]!;
        const blocks: number[][] = [[], [], [], []];
        const hiddens = previous.map((before, index) => {
          const [unit, lane] = [Math.floor(index / 8), index % 8];
          const [r, z, apart] = [sigmoid(at(1, unit, lane)), sigmoid(at(2, unit, lane)), at(3, unit, lane)];
          const n = Math.tanh(at(0, unit, lane) + r * apart);
          [n, r, z, apart].forEach((value, block) => blocks[block]!.push(value));
          return (1 - z) * n + z * before;
        });
        const [gatesPtr, biasPtr, hiddenPtr] = [place(sums), place(bias), place(previous)] as const;
        kernel.gruForward(gatesPtr, biasPtr, place(previous), hiddenPtr, 0, 0, units);
        assertNear(read(hiddenPtr, units * 8), hiddens, 2e-6, `GRU, ${units} units`);
        assertNear(read(gatesPtr, units * 32), blocks.flat(), 2e-6, `gates of the GRU, ${units} units`);
        const states = previous.map((_, index) => Math.tanh(at(0, Math.floor(index / 8), index % 8)));
        const [rnnPtr, statePtr] = [place(sums.slice(0, units * 8)), place(previous)] as const;
        kernel.rnnForward(rnnPtr, biasPtr, 0, statePtr, 0, 0, units);
        assertNear(read(statePtr, units * 8), states, 2e-6, `RNN, ${units} units`);
        assertNear(read(rnnPtr, units * 8), states, 2e-6, `gates of the RNN, ${units} units`);
        if (units % 4 > 0) continue;
        const lane = (values: number[]) => values.filter((_, index) => index % 8 === 3);
        const [onePtr, oneRnnPtr] = [place(lane(previous)), place(lane(previous))] as const;
        kernel.gruStep(place(lane(sums)), biasPtr, onePtr, 0, units);
        assertNear(read(onePtr, units), lane(hiddens), 2e-6, `one step of the GRU, ${units} units`);
        kernel.rnnStep(place(lane(sums.slice(0, units * 8))), biasPtr, oneRnnPtr, 0, units);
        assertNear(read(oneRnnPtr, units), lane(states), 2e-6, `one step of the RNN, ${units} units`);
      }
    });

    test('attend weighs the panels of the steps so far by their products with the query, each sequence by itself', () => {
      for (const units of EIGHTS.slice(1)) {
        for (const count of [1, 2, 3, 17]) {
          start();
          const query = draw(units * 8);
          const stride = units * 8 + GAP;
          const keys = draw(count * stride);
          const [weightsPtr, contextPtr] = [place(draw(count * 8)), place(draw(units * 8))] as const;
          kernel.attend(place(query), place(keys), stride * 4, count, weightsPtr, contextPtr, units, 0.5);
          for (let lane = 0; lane < 8; lane++) {
            const key = (step: number, unit: number) => keys[step * stride + unit * 8 + lane]!;
            const scores = Array.from(
              { length: count },
              (_, step) =>
                0.5 *
                dot(
                  units,
                  (unit) => query[unit * 8 + lane]!,
                  (unit) => key(step, unit),
                ),
            );
            const largest = Math.max(...scores);
            const sum = scores.reduce((total, score) => total + Math.exp(score - largest), 0);
            const weights = scores.map((score) => Math.exp(score - largest) / sum);
            const ofLane = (values: number[]) => values.filter((_, index) => index % 8 === lane);
            assertNear(ofLane(read(weightsPtr, count * 8)), weights, 1e-5, `weights, ${units} units`);
            const context = Array.from({ length: units }, (_, unit) =>
              dot(
                count,
                (step) => weights[step]!,
                (step) => key(step, unit),
              ),
            );
            assertNear(ofLane(read(contextPtr, units * 8)), context, 1e-5, `context, ${units} units`);
          }
        }
      }
    });

    test('combineRows sums rows by their weights', () => {
      for (const columns of FOURS) {
        start();
        const [weights, rows] = [draw(5), draw(5 * (columns + 4))] as const;
        const target = place(draw(columns));
        kernel.combineRows(place(weights), place(rows), (columns + 4) * 4, 5, columns, target);
        const expected = Array.from({ length: columns }, (_, column) =>
          dot(
            5,
            (row) => weights[row]!,
            (row) => rows[row * (columns + 4) + column]!,
          ),
        );
        assertNear(read(target, columns), expected, 1e-6, `${columns} columns`);
      }
    });

    test('dropout keeps what its hash says, scaled, about as much as it shall, and all of it at a rate of 0', () => {
      for (const [rate, seed, first] of [
        [0, 5, 0],
        [0.3, -7, 12],
        [0.5, 2 ** 31 - 1, 2 ** 31 + 4],
        [0.9, 1, 0],
      ] as const) {
        start();
        const source = draw(20_000);
        const target = place(draw(20_000));
        const scale = 1 / (1 - rate);
        kernel.dropout(place(source), target, 20_000, first, seed, thresholdOf(rate), scale);
        const kept = source.map((_, index) => isKept(first + index, seed, rate));
        const expected = source.map((value, index) => (kept[index] ? value * scale : 0));
        assertNear(read(target, 20_000), expected, 1e-6, `rate ${rate}`);
        const share = kept.filter(Boolean).length / 20_000;
        assert.ok(Math.abs(share - (1 - rate)) < 0.012, `kept ${share} at a rate of ${rate}`);
      }
    });

    test('scaleColumns multiplies each sequence by its scale', () => {
      for (const rows of LENGTHS) {
        start();
        const [panel, scales] = [draw(rows * 8), draw(8)] as const;
        const ptr = place(panel);
        kernel.scaleColumns(ptr, place(scales), rows);
        assertNear(
          read(ptr, rows * 8),
          panel.map((value, index) => value * scales[index % 8]!),
          1e-6,
          `${rows} rows`,
        );
      }
    });

    test('softmax leaves exponentials minus their sum at the target, and zeros in the padding', () => {
      for (const vocabulary of LENGTHS.slice(1)) {
        for (const scale of [1, 60]) {
          start();
          const rows = Math.ceil(vocabulary / 8) * 8;
          const logits = draw(rows * 8).map((x) => x * scale);
          const bias = draw(vocabulary);
          const targets = Array.from({ length: 8 }, (_, lane) =>
            lane === 5 ? -1 : Math.floor(((random() + 1) / 2) * vocabulary),
          );
          const logitsPtr = place(logits);
          const targetsPtr = place(targets);
          integers.set(targets, targetsPtr / 4);
          const [sumsPtr, targetLogitsPtr] = [place(targets), place(targets)] as const;
          const constantsPtr = place(new Array<number>(12).fill(NaN));
          kernel.softmax(logitsPtr, place(bias), targetsPtr, vocabulary, rows, sumsPtr, targetLogitsPtr, constantsPtr);
          const actual = read(logitsPtr, rows * 8);
          for (let lane = 0; lane < 8; lane++) {
            const column = bias.map((b, token) => Math.fround(b + logits[token * 8 + lane]!));
            const largest = Math.max(...column);
            const exponentials = column.map((logit) => Math.exp(logit - largest));
            const sum = exponentials.reduce((a, b) => a + b, 0);
            const target = targets[lane]!;
            const what = `${vocabulary} tokens, lane ${lane}`;
            assertNear([floats[sumsPtr / 4 + lane]! / sum], [1], 8e-6, what); // of logits up to 60
            if (target >= 0) assertNear([floats[targetLogitsPtr / 4 + lane]!], [column[target]! - largest], 1e-5, what);
            const expected = Array.from({ length: rows }, (_, token) =>
              token < vocabulary ? exponentials[token]! - (token === target ? sum : 0) : 0,
            );
            const values = actual.filter((_, index) => index % 8 === lane);
            assertNear(values, expected, 8e-6 * sum, what);
          }
        }
      }
    });

    test('nextAbove finds the next row with a number above the least, and counts what is above what came', () => {
      start();
      const rows = 50;
      const panel = draw(rows * 8).map(Math.fround);
      const least = [0.9, 1, 1, 1, 1, 0.95, 1, 1].map(Math.fround);
      const came = draw(8).map(Math.fround);
      const [panelPtr, leastPtr, camePtr] = [place(panel), place(least), place(came)];
      const abovePtr = place(new Array<number>(8).fill(0));
      const found: number[] = [];
      for (let row = 0; row < rows; row++) {
        row = kernel.nextAbove(panelPtr, row, rows, leastPtr, camePtr, abovePtr);
        if (row < rows) found.push(row);
      }
      const isAbove = (row: number): boolean => least.some((each, lane) => panel[row * 8 + lane]! > each);
      assert.deepEqual(found, Array.from({ length: rows }, (_, row) => row).filter(isAbove));
      assert.ok(found.length > 0);
      const expected = came.map((each, lane) => panel.filter((value, at) => at % 8 === lane && value > each).length);
      assert.deepEqual(Array.from(integers.subarray(abovePtr / 4, abovePtr / 4 + 8)), expected);
    });

    test('softmaxVector gives probabilities, and none to the padding', () => {
      for (const vocabulary of LENGTHS.slice(1)) {
        start();
        const rows = Math.ceil(vocabulary / 8) * 8;
        const logits = draw(vocabulary).map((x) => x * 20);
        const bias = draw(vocabulary);
        const logitsPtr = place([...logits, ...new Array<number>(rows - vocabulary).fill(0)]);
        kernel.softmaxVector(
          logitsPtr,
          place([...bias, ...new Array<number>(rows - vocabulary).fill(-Infinity)]),
          rows,
        );
        const exponentials = logits.map((logit, token) => Math.exp(logit + bias[token]!));
        const sum = exponentials.reduce((a, b) => a + b, 0);
        const expected = Array.from({ length: rows }, (_, token) => (exponentials[token] ?? 0) / sum);
        assertNear(read(logitsPtr, rows), expected, 3e-6, `${vocabulary} tokens`);
      }
    });

    test('addRowSums and foldSums sum rows over sequences, scaled', () => {
      for (const rows of LENGTHS) {
        for (const panels of PANELS) {
          start();
          const stride = rows * 8 + GAP;
          const values = draw(panels * stride);
          const scales = draw(panels * 8);
          const sumsPtr = place(new Array<number>(rows * 4).fill(0.25));
          kernel.addRowSums(place(values), stride * 4, panels, rows, place(scales), sumsPtr);
          const target = place(new Array<number>(rows).fill(NaN));
          kernel.foldSums(sumsPtr, rows, target);
          const expected = Array.from(
            { length: rows },
            (_, row) =>
              1 +
              dot(
                panels * 8,
                (k) => values[Math.floor(k / 8) * stride + row * 8 + (k % 8)]!,
                (k) => scales[k]!,
              ),
          );
          assertNear(read(target, rows), expected, 2e-5, `${rows} rows, ${panels} panels`);
        }
      }
    });

    test('sumSquares and addVectors take whole arrays', () => {
      for (const count of [...FOURS, 4096, 4100, 20_000]) {
        start();
        const values = draw(count);
        const others = draw(count);
        const ptr = place(values);
        const expected = values.reduce((sum, value) => sum + value * value, 0);
        assert.ok(Math.abs(kernel.sumSquares(ptr, count) - expected) <= 1e-5 * expected, `${count} squares`);
        const target = place(values);
        kernel.addVectors(ptr, place(others), target, count);
        assertNear(
          read(target, count),
          values.map((value, index) => value + others[index]!),
          1e-6,
          `${count} sums`,
        );
      }
    });

    test("adam takes the papers' step, and turns means too small to matter into 0", () => {
      for (const count of FOURS) {
        start();
        const [parameters, gradients, means] = [draw(count), draw(count), draw(count)] as const;
        const squares = draw(count).map(Math.abs);
        means[0] = 1e-38;
        gradients[0] = 0;
        const pointers = [place(parameters), place(gradients), place(means), place(squares)] as const;
        kernel.adam(...pointers, count, 0.5, 0.01, 1.25, 0.9, 0.999, 1e-8, 0.98);
        const mean = means.map((value, index) => 0.9 * value + 0.05 * gradients[index]!);
        const square = squares.map((value, index) => 0.999 * value + 0.001 * (0.5 * gradients[index]!) ** 2);
        const expected = parameters.map(
          (value, index) => value * 0.98 - (0.01 * mean[index]!) / (1.25 * Math.sqrt(square[index]!) + 1e-8),
        );
        assertNear(read(pointers[2], count), mean.slice(0, count), 1e-6, 'means');
        assertNear(read(pointers[3], count), square, 1e-6, 'squares');
        assertNear(read(pointers[0], count), expected.slice(0, count), 1e-5, 'parameters');
        if (count > 0) assert.equal(floats[pointers[2] / 4], 0);
      }
    });
  });
}
