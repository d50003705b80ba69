// Recurrent cells: RNN (Elman 1990, tanh), GRU (Cho et al. 2014, in PyTorch's form: b_hn within the
// reset product), LSTM (Hochreiter, Schmidhuber 1997, forget gates: Gers et al. 2000). Part of the
// language model's module.
//
// Each cell has the same three functions over the same arguments, so that one layer runs them all.
// `gates` are the sums of both products, in blocks of `units` rows: RNN (h), GRU (n, r, z and the
// recurrent part of n), LSTM (i, f, g, o); they become the gates, and on the way back the gradients
// of the sums. `memory` is what a cell keeps besides h: of the LSTM the cell state and its tanh.
// Forward and backward take panels of 8 sequences (matrix.ts), Step takes one sequence. Units whose
// weights and biases are zero have the state zero.

import { madd, nmadd, sigmoid4, tanh4 } from '../shared/simd';

// RNN: h = tanh(sum)

export function rnnForward(
  gatesPtr: usize,
  biasPtr: usize,
  _previousHiddenPtr: usize,
  hiddenPtr: usize,
  _previousMemoryPtr: usize,
  _memoryPtr: usize,
  units: i32,
): void {
  for (let unit = 0; unit < units; unit++) {
    const bias = v128.load32_splat(biasPtr);
    for (let half: usize = 0; half < 32; half += 16) {
      const hidden = tanh4(f32x4.add(v128.load(gatesPtr + half), bias));
      v128.store(gatesPtr + half, hidden);
      v128.store(hiddenPtr + half, hidden);
    }
    biasPtr += 4;
    gatesPtr += 32;
    hiddenPtr += 32;
  }
}

/**
 * The gradient of h is outputGradient + hiddenGradient, panels (units). hiddenGradient becomes the
 * part of the gradient of the previous h that does not pass through the sums, where a cell has one;
 * memoryGradient goes from this step's memory to the previous one's.
 */
export function rnnBackward(
  gatesPtr: usize,
  _previousHiddenPtr: usize,
  _previousMemoryPtr: usize,
  _memoryPtr: usize,
  outputGradientPtr: usize,
  hiddenGradientPtr: usize,
  _memoryGradientPtr: usize,
  units: i32,
): void {
  for (let at: usize = 0; at < (<usize>units) << 5; at += 16) {
    const hidden = v128.load(gatesPtr + at);
    const gradient = f32x4.add(v128.load(outputGradientPtr + at), v128.load(hiddenGradientPtr + at));
    v128.store(gatesPtr + at, nmadd(f32x4.mul(gradient, hidden), hidden, gradient)); // tanh' = 1 - tanh^2
  }
}

export function rnnStep(gatesPtr: usize, biasPtr: usize, hiddenPtr: usize, _memoryPtr: usize, units: i32): void {
  for (let at: usize = 0; at < (<usize>units) << 2; at += 16) {
    const hidden = tanh4(f32x4.add(v128.load(gatesPtr + at), v128.load(biasPtr + at)));
    v128.store(gatesPtr + at, hidden);
    v128.store(hiddenPtr + at, hidden);
  }
}

// GRU: r, z = sigmoid(sums), n = tanh(sum + r * recurrent sum), h = (1 - z) n + z h

export function gruForward(
  gatesPtr: usize,
  biasPtr: usize,
  previousHiddenPtr: usize,
  hiddenPtr: usize,
  _previousMemoryPtr: usize,
  _memoryPtr: usize,
  units: i32,
): void {
  const biasStride = (<usize>units) << 2;
  const gateStride = (<usize>units) << 5;
  for (let unit = 0; unit < units; unit++) {
    const biasN = v128.load32_splat(biasPtr);
    const biasR = v128.load32_splat(biasPtr + biasStride);
    const biasZ = v128.load32_splat(biasPtr + 2 * biasStride);
    const biasRecurrent = v128.load32_splat(biasPtr + 3 * biasStride);
    for (let half: usize = 0; half < 32; half += 16) {
      const nPtr = gatesPtr + half;
      const rPtr = nPtr + gateStride;
      const zPtr = rPtr + gateStride;
      const recurrentPtr = zPtr + gateStride;
      const r = sigmoid4(f32x4.add(v128.load(rPtr), biasR));
      v128.store(rPtr, r);
      const z = sigmoid4(f32x4.add(v128.load(zPtr), biasZ));
      v128.store(zPtr, z);
      const recurrent = f32x4.add(v128.load(recurrentPtr), biasRecurrent);
      v128.store(recurrentPtr, recurrent);
      const n = tanh4(madd(r, recurrent, f32x4.add(v128.load(nPtr), biasN)));
      v128.store(nPtr, n);
      v128.store(hiddenPtr + half, madd(z, f32x4.sub(v128.load(previousHiddenPtr + half), n), n));
    }
    biasPtr += 4;
    gatesPtr += 32;
    previousHiddenPtr += 32;
    hiddenPtr += 32;
  }
}

export function gruBackward(
  gatesPtr: usize,
  previousHiddenPtr: usize,
  _previousMemoryPtr: usize,
  _memoryPtr: usize,
  outputGradientPtr: usize,
  hiddenGradientPtr: usize,
  _memoryGradientPtr: usize,
  units: i32,
): void {
  const one = f32x4.splat(1);
  const gateStride = (<usize>units) << 5;
  for (let at: usize = 0; at < gateStride; at += 16) {
    const nPtr = gatesPtr + at;
    const rPtr = nPtr + gateStride;
    const zPtr = rPtr + gateStride;
    const recurrentPtr = zPtr + gateStride;
    const n = v128.load(nPtr);
    const r = v128.load(rPtr);
    const z = v128.load(zPtr);
    const hidden = f32x4.add(v128.load(outputGradientPtr + at), v128.load(hiddenGradientPtr + at));
    const throughZ = f32x4.mul(hidden, z);
    v128.store(hiddenGradientPtr + at, throughZ);
    v128.store(zPtr, f32x4.mul(f32x4.mul(hidden, f32x4.sub(v128.load(previousHiddenPtr + at), n)), nmadd(z, z, z)));
    const sum = f32x4.mul(f32x4.sub(hidden, throughZ), nmadd(n, n, one));
    v128.store(nPtr, sum);
    v128.store(rPtr, f32x4.mul(f32x4.mul(sum, v128.load(recurrentPtr)), nmadd(r, r, r)));
    v128.store(recurrentPtr, f32x4.mul(sum, r));
  }
}

export function gruStep(gatesPtr: usize, biasPtr: usize, hiddenPtr: usize, _memoryPtr: usize, units: i32): void {
  const stride = (<usize>units) << 2;
  for (let at: usize = 0; at < stride; at += 16) {
    const nPtr = gatesPtr + at;
    const bPtr = biasPtr + at;
    const r = sigmoid4(f32x4.add(v128.load(nPtr + stride), v128.load(bPtr + stride)));
    v128.store(nPtr + stride, r);
    const z = sigmoid4(f32x4.add(v128.load(nPtr + 2 * stride), v128.load(bPtr + 2 * stride)));
    v128.store(nPtr + 2 * stride, z);
    const recurrent = f32x4.add(v128.load(nPtr + 3 * stride), v128.load(bPtr + 3 * stride));
    const n = tanh4(madd(r, recurrent, f32x4.add(v128.load(nPtr), v128.load(bPtr))));
    v128.store(nPtr, n);
    v128.store(hiddenPtr + at, madd(z, f32x4.sub(v128.load(hiddenPtr + at), n), n));
  }
}

// LSTM: i, f, o = sigmoid(sums), g = tanh(sum), c = f c + i g, h = o tanh(c)

export function lstmForward(
  gatesPtr: usize,
  biasPtr: usize,
  _previousHiddenPtr: usize,
  hiddenPtr: usize,
  previousMemoryPtr: usize,
  memoryPtr: usize,
  units: i32,
): void {
  const biasStride = (<usize>units) << 2;
  const gateStride = (<usize>units) << 5;
  for (let unit = 0; unit < units; unit++) {
    const biasI = v128.load32_splat(biasPtr);
    const biasF = v128.load32_splat(biasPtr + biasStride);
    const biasG = v128.load32_splat(biasPtr + 2 * biasStride);
    const biasO = v128.load32_splat(biasPtr + 3 * biasStride);
    for (let half: usize = 0; half < 32; half += 16) {
      const iPtr = gatesPtr + half;
      const fPtr = iPtr + gateStride;
      const gPtr = fPtr + gateStride;
      const oPtr = gPtr + gateStride;
      const i = sigmoid4(f32x4.add(v128.load(iPtr), biasI));
      v128.store(iPtr, i);
      const f = sigmoid4(f32x4.add(v128.load(fPtr), biasF));
      v128.store(fPtr, f);
      const g = tanh4(f32x4.add(v128.load(gPtr), biasG));
      v128.store(gPtr, g);
      const o = sigmoid4(f32x4.add(v128.load(oPtr), biasO));
      v128.store(oPtr, o);
      const cell = madd(f, v128.load(previousMemoryPtr + half), f32x4.mul(i, g));
      v128.store(memoryPtr + half, cell);
      const tanhCell = tanh4(cell);
      v128.store(memoryPtr + gateStride + half, tanhCell);
      v128.store(hiddenPtr + half, f32x4.mul(o, tanhCell));
    }
    biasPtr += 4;
    gatesPtr += 32;
    previousMemoryPtr += 32;
    memoryPtr += 32;
    hiddenPtr += 32;
  }
}

export function lstmBackward(
  gatesPtr: usize,
  _previousHiddenPtr: usize,
  previousMemoryPtr: usize,
  memoryPtr: usize,
  outputGradientPtr: usize,
  hiddenGradientPtr: usize,
  memoryGradientPtr: usize,
  units: i32,
): void {
  const one = f32x4.splat(1);
  const gateStride = (<usize>units) << 5;
  const tanhCellPtr = memoryPtr + gateStride;
  for (let at: usize = 0; at < gateStride; at += 16) {
    const iPtr = gatesPtr + at;
    const fPtr = iPtr + gateStride;
    const gPtr = fPtr + gateStride;
    const oPtr = gPtr + gateStride;
    const i = v128.load(iPtr);
    const f = v128.load(fPtr);
    const g = v128.load(gPtr);
    const o = v128.load(oPtr);
    const tanhCell = v128.load(tanhCellPtr + at);
    const hidden = f32x4.add(v128.load(outputGradientPtr + at), v128.load(hiddenGradientPtr + at));
    // the slopes: sigmoid' = s - s^2, tanh' = 1 - t^2
    v128.store(oPtr, f32x4.mul(f32x4.mul(hidden, tanhCell), nmadd(o, o, o)));
    const cell = madd(f32x4.mul(hidden, o), nmadd(tanhCell, tanhCell, one), v128.load(memoryGradientPtr + at));
    v128.store(iPtr, f32x4.mul(f32x4.mul(cell, g), nmadd(i, i, i)));
    v128.store(fPtr, f32x4.mul(f32x4.mul(cell, v128.load(previousMemoryPtr + at)), nmadd(f, f, f)));
    v128.store(gPtr, f32x4.mul(f32x4.mul(cell, i), nmadd(g, g, one)));
    v128.store(memoryGradientPtr + at, f32x4.mul(cell, f));
  }
}

export function lstmStep(gatesPtr: usize, biasPtr: usize, hiddenPtr: usize, memoryPtr: usize, units: i32): void {
  const stride = (<usize>units) << 2;
  for (let at: usize = 0; at < stride; at += 16) {
    const iPtr = gatesPtr + at;
    const bPtr = biasPtr + at;
    const i = sigmoid4(f32x4.add(v128.load(iPtr), v128.load(bPtr)));
    v128.store(iPtr, i);
    const f = sigmoid4(f32x4.add(v128.load(iPtr + stride), v128.load(bPtr + stride)));
    v128.store(iPtr + stride, f);
    const g = tanh4(f32x4.add(v128.load(iPtr + 2 * stride), v128.load(bPtr + 2 * stride)));
    v128.store(iPtr + 2 * stride, g);
    const o = sigmoid4(f32x4.add(v128.load(iPtr + 3 * stride), v128.load(bPtr + 3 * stride)));
    v128.store(iPtr + 3 * stride, o);
    const cell = madd(f, v128.load(memoryPtr + at), f32x4.mul(i, g));
    v128.store(memoryPtr + at, cell);
    v128.store(hiddenPtr + at, f32x4.mul(o, tanh4(cell)));
  }
}
