import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNear, create, dot, EIGHTS, FOURS, GAP, LENGTHS, PANELS, VARIANTS } from './language-model-memory.ts';

for (const variant of VARIANTS) {
  describe(`products of the language model (${variant})`, async () => {
    const { kernel, start, place, draw, read } = await create(variant);

    for (const accumulate of [0, 1]) {
      const verb = accumulate ? 'add' : 'put';
      test(`multiplyRows and multiplyStrips ${verb} the product of rows and panels`, () => {
        const shapes = [...LENGTHS.map((depth) => [20, depth] as const), ...FOURS.map((rows) => [rows, 5] as const)];
        for (const [rows, depth] of shapes) {
          for (const panels of PANELS) {
            start();
            const left = draw(rows * depth);
            const right = draw(panels * (depth * 8 + GAP));
            const before = draw(panels * (rows * 8 + GAP));
            const expected = before.map((value, index) => {
              const panel = Math.floor(index / (rows * 8 + GAP));
              const within = index % (rows * 8 + GAP);
              if (within >= rows * 8) return value;
              const row = Math.floor(within / 8);
              const product = dot(
                depth,
                (k) => left[row * depth + k]!,
                (k) => right[panel * (depth * 8 + GAP) + k * 8 + (within % 8)]!,
              );
              return accumulate ? value + product : product;
            });
            // the strips hold the transpose of (depth, rows)
            const transposed = left.map((_, index) => left[(index % rows) * depth + Math.floor(index / rows)]!);
            const transposedPtr = place([...transposed, 0, 0, 0, 0]);
            const packedPtr = place(left.map(() => NaN));
            kernel.packColumns(transposedPtr, rows * 4, packedPtr, depth, rows);
            const rightPtr = place(right);
            const strides = [(rows * 8 + GAP) * 4, 32] as const;
            const rightStride = (depth * 8 + GAP) * 4;
            const byRows = place(before);
            kernel.multiplyRows(
              place(left),
              depth * 4,
              rightPtr,
              rightStride,
              byRows,
              ...strides,
              rows,
              depth,
              panels,
              accumulate,
              0,
              0,
              0,
            );
            const byStrips = place(before);
            kernel.multiplyStrips(
              packedPtr,
              rightPtr,
              rightStride,
              byStrips,
              ...strides,
              rows,
              depth,
              panels,
              accumulate,
              1,
              0,
              0,
            );
            const what = `${rows} x ${depth} x ${panels} panels`;
            assertNear(read(byRows, before.length), expected, 1e-4, `rows, ${what}`);
            assert.deepEqual(read(byStrips, before.length), read(byRows, before.length), `strips, ${what}`);
          }
        }
      });

      test(`multiplyPanels ${verb}s the product of two sets of panels, summed over their sequences`, () => {
        for (const [rows, columns] of [
          ...FOURS.map((rows) => [rows, 8]),
          ...EIGHTS.map((columns) => [12, columns]),
        ] as const) {
          for (const panels of PANELS) {
            start();
            const leftFloats = rows! * 8 + GAP;
            const rightFloats = columns! * 8 + GAP;
            const left = draw(panels * leftFloats);
            const right = draw(panels * rightFloats);
            const scales = draw(panels * 8);
            const before = draw(rows! * columns!);
            const expected = before.map((value, index) => {
              const row = Math.floor(index / columns!);
              const column = index % columns!;
              const product = dot(
                panels * 8,
                (k) => left[Math.floor(k / 8) * leftFloats + row * 8 + (k % 8)]!,
                (k) => scales[k]! * right[Math.floor(k / 8) * rightFloats + column * 8 + (k % 8)]!,
              );
              return accumulate ? value + product : product;
            });
            const columnsPtr = place(new Array<number>(columns! * panels * 8).fill(NaN));
            const stride = panels * 256;
            kernel.transposePanels(place(right), rightFloats * 4, panels, columns!, columnsPtr, stride, place(scales));
            const result = place(before);
            const scratch = place(new Array<number>(panels * 48).fill(NaN));
            const leftPtr = place(left);
            kernel.multiplyPanels(
              leftPtr,
              leftFloats * 4,
              panels,
              columnsPtr,
              stride,
              result,
              columns! * 4,
              rows!,
              columns! / 8,
              accumulate,
              scratch,
              0,
              0,
              0,
            );
            const narrow = read(result, before.length);
            const wide = place(before);
            kernel.multiplyPanels(
              leftPtr,
              leftFloats * 4,
              panels,
              columnsPtr,
              stride,
              wide,
              columns! * 4,
              rows!,
              columns! / 8,
              accumulate,
              scratch,
              1,
              0,
              0,
            );
            assert.deepEqual(read(wide, before.length), narrow);
            assertNear(read(result, before.length), expected, 1e-4, `${rows} x ${columns} x ${panels} panels`);
          }
        }
      });

      test(`multiplyVector ${verb}s the product of rows and a vector`, () => {
        for (const rows of EIGHTS) {
          for (const columns of [0, 4, 8, 64, 1000]) {
            start();
            const weights = draw(rows * columns);
            const x = draw(columns);
            const before = draw(rows);
            const y = place(before);
            kernel.multiplyVector(place(weights), columns * 4, rows, columns, place(x), y, accumulate);
            const expected = before.map(
              (value, row) =>
                accumulate * value +
                dot(
                  columns,
                  (k) => weights[row * columns + k]!,
                  (k) => x[k]!,
                ),
            );
            assertNear(read(y, rows), expected, 1e-4, `${rows} x ${columns}`);
          }
        }
      });
    }

    test('multiplyRows puts its product to a second place: in place of what stands there, added, or taken away', () => {
      const [rows, depth] = [20, 7];
      for (const [second, sign, kept] of [
        [1, 1, 0],
        [2, 1, 1],
        [3, -1, 1],
      ] as const) {
        for (const wide of [0, 1]) {
          start();
          const left = place(draw(rows * depth));
          const right = place(draw(3 * depth * 8));
          const before = Array.from(Float32Array.from(draw(3 * rows * 8)));
          const [first, other] = [place(before), place(before)];
          const sizes = [rows, depth, 3] as const;
          kernel.multiplyRows(
            left,
            depth * 4,
            right,
            depth * 32,
            first,
            rows * 32,
            32,
            ...sizes,
            0,
            wide,
            other,
            second,
          );
          const product = read(first, before.length);
          const expected = product.map((value, index) => Math.fround(kept * before[index]! + sign * value));
          assert.deepEqual(read(other, before.length), expected);
        }
      }
    });

    test('strassenTerms adds up scaled quarters', () => {
      for (const [rows, count] of [
        [0, 8],
        [1, 8],
        [3, 24],
      ] as const) {
        start();
        const quarters = Array.from({ length: 4 }, () => draw(rows * (count + 4)));
        const scales = draw(8 * (rows + 1));
        const termFloats = rows * (count + 8) + 4;
        const target = place(new Array<number>(7 * termFloats).fill(0));
        const scalesPtr = place(scales);
        const [q11, q12, q21, q22] = quarters.map((quarter) => place(quarter)) as [number, number, number, number];
        kernel.strassenTerms(
          q11,
          q12,
          q21,
          q22,
          (count + 4) * 4,
          rows,
          count,
          scalesPtr,
          scalesPtr + 32,
          32,
          target,
          (count + 8) * 4,
          termFloats * 4,
        );
        const at = (quarter: number, row: number, k: number): number =>
          quarters[quarter]![row * (count + 4) + k]! * scales[(row + (quarter % 2)) * 8 + (k % 8)]!;
        const terms = [
          (...place: [number, number]) => at(0, ...place) + at(3, ...place),
          (...place: [number, number]) => at(2, ...place) + at(3, ...place),
          (...place: [number, number]) => at(0, ...place),
          (...place: [number, number]) => at(3, ...place),
          (...place: [number, number]) => at(0, ...place) + at(1, ...place),
          (...place: [number, number]) => at(2, ...place) - at(0, ...place),
          (...place: [number, number]) => at(1, ...place) - at(3, ...place),
        ];
        const expected = new Array<number>(7 * termFloats).fill(0);
        for (const [index, term] of terms.entries()) {
          for (let row = 0; row < rows; row++) {
            for (let k = 0; k < count; k++) expected[index * termFloats + row * (count + 8) + k] = term(row, k);
          }
        }
        assertNear(read(target, expected.length), expected, 1e-6, `${rows} x ${count}`);
      }
    });

    test('zeroRows fills the beginning of rows', () => {
      start();
      const ptr = place([1, 2, 3, 4, 5, 6, 7]);
      kernel.zeroRows(ptr, 12, 2, 8);
      assert.deepEqual(read(ptr, 7), [0, 0, 3, 0, 0, 6, 7]);
    });

    test('transposePanels without scales moves numbers as they are', () => {
      start();
      const source = draw(64);
      const target = place(new Array<number>(64).fill(NaN));
      kernel.transposePanels(place(source), 256, 1, 8, target, 256, 0);
      assert.deepEqual(
        read(target, 64),
        source.map((_, index) => Math.fround(source[(index % 8) * 8 + Math.floor(index / 8)]!)),
      );
    });
  });
}
