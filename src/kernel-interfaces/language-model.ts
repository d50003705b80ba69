// What the module of src/kernels/language-model.ts exports. Written by scripts/build.mjs; not to be edited.

/**
 * What a tile does at its second place: replace what stands there, add to it, or take away from it;
 * nothing for 0.
 */
export const REPLACE = 1;

export const ADD = 2;

export const SUBTRACT = 3;

/** Its functions, which take and give numbers; pointers and strides are bytes. */
export interface LanguageModelExports {
  readonly zero: (ptr: number, bytes: number) => void;
  /** Zeros in the first `bytes` of rows `stride` apart. */
  readonly zeroRows: (ptr: number, stride: number, rows: number, bytes: number) => void;
  readonly copy: (targetPtr: number, sourcePtr: number, bytes: number) => void;
  /** target (count) = a + b. count: a multiple of 4. */
  readonly addVectors: (aPtr: number, bPtr: number, targetPtr: number, count: number) => void;
  /**
   * The rows of 8 tokens in a table of rows (V, features) -> a panel (features). features: a multiple
   * of 4.
   */
  readonly gather: (tokensPtr: number, tablePtr: number, rowStride: number, features: number, panelPtr: number) => void;
  /**
   * Adds each of 8 columns of a panel (features) to the row of its token in a table; a token may come
   * more than once.
   */
  readonly scatterAdd: (
    tokensPtr: number,
    tablePtr: number,
    rowStride: number,
    features: number,
    panelPtr: number,
  ) => void;
  /**
   * target (count) = source, each number multiplied by scale where its hash is not below threshold
   * (of 2^32), else 0: number k of the array is hashed as first + k. count: a multiple of 4; the
   * arrays may be the same. src/language-model/dropout.ts has the same hash.
   */
  readonly dropout: (
    sourcePtr: number,
    targetPtr: number,
    count: number,
    first: number,
    seed: number,
    threshold: number,
    scale: number,
  ) => void;
  /** Multiplies each sequence of a panel (rows) by its scale (8), in place. */
  readonly scaleColumns: (panelPtr: number, scalePtr: number, rows: number) => void;
  /**
   * Softmax and cross-entropy of 8 sequences, all but the division. logits, a panel (rows; vocabulary
   * of them real, the rest padding), plus bias (vocabulary) become e^(logit - largest), 0 in the
   * padding, minus their sum at the target: divided by the sum, the gradient of the loss. sums (8):
   * those sums; targetLogits (8): the target's logit - the largest. A target below 0 counts for
   * nothing: its gradient must be multiplied by 0.
   */
  readonly softmax: (
    logitsPtr: number,
    biasPtr: number,
    targetsPtr: number,
    vocabulary: number,
    rows: number,
    sumsPtr: number,
    targetLogitsPtr: number,
    constantsPtr: number,
  ) => void;
  /**
   * For looking inside: logits, a panel (vocabulary), plus bias become e^(logit - largest); sums (8):
   * their sums; weighted (8): the sums of e^x x with x = logit - largest, of which the entropy is
   * made.
   */
  readonly softmaxWithEntropy: (
    logitsPtr: number,
    biasPtr: number,
    vocabulary: number,
    sumsPtr: number,
    weightedPtr: number,
    constantsPtr: number,
  ) => void;
  /**
   * Goes over a panel (rows) from `row` on, to the first row with a number above its sequence's
   * `least` (8), whose number is the answer; `rows` where there is none. Adds to `above` (8),
   * integers, how many numbers on the way, that row's included, were above `came` (8).
   */
  readonly nextAbove: (
    panelPtr: number,
    row: number,
    rows: number,
    leastPtr: number,
    camePtr: number,
    abovePtr: number,
  ) => number;
  /**
   * Adds to each row's 4 partial sums, (rows, 4), the row's 8 numbers in each panel, times the scale
   * of their sequence (8 a panel).
   */
  readonly addRowSums: (
    panelPtr: number,
    panelStride: number,
    panels: number,
    rows: number,
    scalePtr: number,
    sumsPtr: number,
  ) => void;
  /** (count, 4) -> (count). */
  readonly foldSums: (sumsPtr: number, count: number, targetPtr: number) => void;
  /** The sum of the squares of count floats, in double precision after every 4,096. */
  readonly sumSquares: (ptr: number, count: number) => number;
  /**
   * AdamW's step on count parameters. gradientScale: clipping; stepSize: learning rate / (1 -
   * beta1^t); rootScale: 1 / sqrt(1 - beta2^t); keep: 1 - learning rate * weight decay, 1 for Adam.
   */
  readonly adam: (
    parametersPtr: number,
    gradientsPtr: number,
    meansPtr: number,
    squaresPtr: number,
    count: number,
    gradientScale: number,
    stepSize: number,
    rootScale: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    keep: number,
  ) => void;
  /** y (rows) = or += W (rows, columns) x (columns). rows: a multiple of 8, columns: of 4. */
  readonly multiplyVector: (
    weightPtr: number,
    weightStride: number,
    rows: number,
    columns: number,
    xPtr: number,
    yPtr: number,
    accumulate: number,
  ) => void;
  /**
   * logits + bias (count, a multiple of 4; -Infinity in the padding's bias) -> probabilities, in
   * place.
   */
  readonly softmaxVector: (logitsPtr: number, biasPtr: number, count: number) => void;
  /**
   * weights = softmax over the steps of scale * (query . key); context = sum of weights * keys, a
   * panel (units).
   */
  readonly attend: (
    queryPtr: number,
    keysPtr: number,
    keyStride: number,
    count: number,
    weightsPtr: number,
    contextPtr: number,
    units: number,
    scale: number,
  ) => void;
  /**
   * The way back: contextGradient, a panel -> queryGradient, a panel, and what is added to the
   * gradients of the keys, keyGradientStride apart. scoreGradients: room for (count) rows of 8.
   */
  readonly attendBackward: (
    queryPtr: number,
    keysPtr: number,
    keyStride: number,
    count: number,
    weightsPtr: number,
    contextGradientPtr: number,
    queryGradientPtr: number,
    keyGradientsPtr: number,
    keyGradientStride: number,
    scoreGradientsPtr: number,
    units: number,
    scale: number,
  ) => void;
  /**
   * target (columns) = the sum of the rows (rows, columns), each times its weight (rows). columns: a
   * multiple of 4.
   */
  readonly combineRows: (
    weightsPtr: number,
    rowsPtr: number,
    rowStride: number,
    rows: number,
    columns: number,
    targetPtr: number,
  ) => void;
  readonly gruBackward: (
    gatesPtr: number,
    previousHiddenPtr: number,
    _previousMemoryPtr: number,
    _memoryPtr: number,
    outputGradientPtr: number,
    hiddenGradientPtr: number,
    _memoryGradientPtr: number,
    units: number,
  ) => void;
  readonly gruForward: (
    gatesPtr: number,
    biasPtr: number,
    previousHiddenPtr: number,
    hiddenPtr: number,
    _previousMemoryPtr: number,
    _memoryPtr: number,
    units: number,
  ) => void;
  readonly gruStep: (gatesPtr: number, biasPtr: number, hiddenPtr: number, _memoryPtr: number, units: number) => void;
  readonly lstmBackward: (
    gatesPtr: number,
    _previousHiddenPtr: number,
    previousMemoryPtr: number,
    memoryPtr: number,
    outputGradientPtr: number,
    hiddenGradientPtr: number,
    memoryGradientPtr: number,
    units: number,
  ) => void;
  readonly lstmForward: (
    gatesPtr: number,
    biasPtr: number,
    _previousHiddenPtr: number,
    hiddenPtr: number,
    previousMemoryPtr: number,
    memoryPtr: number,
    units: number,
  ) => void;
  readonly lstmStep: (gatesPtr: number, biasPtr: number, hiddenPtr: number, memoryPtr: number, units: number) => void;
  /**
   * The gradient of h is outputGradient + hiddenGradient, panels (units). hiddenGradient becomes the
   * part of the gradient of the previous h that does not pass through the sums, where a cell has one;
   * memoryGradient goes from this step's memory to the previous one's.
   */
  readonly rnnBackward: (
    gatesPtr: number,
    _previousHiddenPtr: number,
    _previousMemoryPtr: number,
    _memoryPtr: number,
    outputGradientPtr: number,
    hiddenGradientPtr: number,
    _memoryGradientPtr: number,
    units: number,
  ) => void;
  readonly rnnForward: (
    gatesPtr: number,
    biasPtr: number,
    _previousHiddenPtr: number,
    hiddenPtr: number,
    _previousMemoryPtr: number,
    _memoryPtr: number,
    units: number,
  ) => void;
  readonly rnnStep: (gatesPtr: number, biasPtr: number, hiddenPtr: number, _memoryPtr: number, units: number) => void;
  /**
   * The way back: adds the columns of panels side by side to those at `count` positions. count: a
   * multiple of 8.
   */
  readonly addColumns: (
    positionsPtr: number,
    count: number,
    fromPtr: number,
    fromStride: number,
    rows: number,
    toPtr: number,
    toStride: number,
  ) => void;
  /**
   * Columns (rows) at `count` positions -> panels side by side, 8 positions a panel; zeros for no
   * column. count: a multiple of 8.
   */
  readonly takeColumns: (
    positionsPtr: number,
    count: number,
    fromPtr: number,
    fromStride: number,
    rows: number,
    toPtr: number,
    toStride: number,
  ) => void;
  /**
   * Result (rows, panels of 8) = or += left (rows, depth) x right (depth, panels of 8). Left: rows of
   * floats. The result's row r of panel p stands at resultPtr + p * resultPanelStride + r *
   * resultStride: 32 for panels; for weights the row's stride, with a panel stride of 32.
   */
  readonly multiplyRows: (
    leftPtr: number,
    leftStride: number,
    rightPtr: number,
    rightPanelStride: number,
    resultPtr: number,
    resultPanelStride: number,
    resultStride: number,
    rows: number,
    depth: number,
    panels: number,
    accumulate: number,
    wide: number,
    secondPtr: number,
    second: number,
  ) => void;
  /** The same with a left matrix that `packColumns` wrote. */
  readonly multiplyStrips: (
    leftPtr: number,
    rightPtr: number,
    rightPanelStride: number,
    resultPtr: number,
    resultPanelStride: number,
    resultStride: number,
    rows: number,
    depth: number,
    panels: number,
    accumulate: number,
    wide: number,
    secondPtr: number,
    second: number,
  ) => void;
  /**
   * Gradients of weights: result (rows, columns of 8) = or += left (rows, 8 leftPanels) x right (8
   * leftPanels, columns of 8), where the left matrix is panels whose *sequences* are summed over, and
   * the right one comes from `transposePanels`. scratchPtr: 192 bytes for each left panel.
   */
  readonly multiplyPanels: (
    leftPtr: number,
    leftPanelStride: number,
    leftPanels: number,
    rightPtr: number,
    rightStride: number,
    resultPtr: number,
    resultStride: number,
    rows: number,
    columnsOf8: number,
    accumulate: number,
    scratchPtr: number,
    wide: number,
    secondPtr: number,
    second: number,
  ) => void;
  /**
   * The transpose of a matrix (depth, columns) of rows, cut into strips for `multiplyStrips`: depth *
   * columns floats.
   */
  readonly packColumns: (
    sourcePtr: number,
    sourceStride: number,
    targetPtr: number,
    depth: number,
    columns: number,
  ) => void;
  /**
   * Panels (features) -> the right side of `multiplyPanels`: for each 8 features, targetStride apart,
   * a row of 8 floats for each sequence, multiplied by that sequence's scale (8 floats a panel;
   * scalePtr 0: by 1).
   */
  readonly transposePanels: (
    panelPtr: number,
    panelStride: number,
    panels: number,
    features: number,
    targetPtr: number,
    targetStride: number,
    scalePtr: number,
  ) => void;
  /**
   * The seven terms of a matrix in quarters q11, q12, q21, q22:
   *   q11 + q22, q21 + q22, q11, q22, q11 + q12, q21 - q11, q12 - q22
   * Each quarter is `rows` rows of `count` floats, a multiple of 8, sourceStride apart, and in the
   * terms targetStride; a term stands termStride behind the one before. A row of a left quarter is
   * multiplied by 8 scales again and again, one of a right quarter by 8 others; those of the next row
   * are scalesStride behind.
   */
  readonly strassenTerms: (
    q11Ptr: number,
    q12Ptr: number,
    q21Ptr: number,
    q22Ptr: number,
    sourceStride: number,
    rows: number,
    count: number,
    leftScalesPtr: number,
    rightScalesPtr: number,
    scalesStride: number,
    targetPtr: number,
    targetStride: number,
    termStride: number,
  ) => void;
}
