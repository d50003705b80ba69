// The Huffman tree of hierarchical softmax (Morin and Bengio 2005; Mikolov et al. 2013): frequent
// words have short paths.

export interface HuffmanPaths {
  /** Where each word's path begins in `steps`, and where the last ends: (V + 1). */
  starts: Uint32Array;
  /**
   * From the root down: inner node << 1 | branch taken. Inner nodes are numbered from 0 to V - 2,
   * the root last.
   */
  steps: Uint32Array;
  /** Steps of the longest path. */
  longest: number;
  /** How often each inner node is met, ascending: (V - 1). */
  counts: Float64Array;
}

/**
 * Paths of `vocabulary` words (2 or more) with `counts` in descending order, as the original tool
 * builds its tree: the two rarest nodes are joined until one is left; of equal ones, words come
 * before inner nodes.
 */
export function huffmanPaths(counts: ArrayLike<number>, vocabulary: number): HuffmanPaths {
  const inner = vocabulary - 1;
  const nodeCounts = new Float64Array(inner);
  const parents = new Uint32Array(vocabulary + inner);
  const branches = new Uint8Array(vocabulary + inner);
  let word = vocabulary - 1; // words not joined yet, the rarest next
  let node = 0; // inner nodes not joined yet; they come in ascending order of their counts
  for (let made = 0; made < inner; made++) {
    for (let branch = 0; branch < 2; branch++) {
      const isWord = word >= 0 && (node === made || counts[word]! <= nodeCounts[node]!);
      const child = isWord ? word-- : vocabulary + node++;
      nodeCounts[made]! += isWord ? counts[child]! : nodeCounts[child - vocabulary]!;
      parents[child] = made;
      branches[child] = branch;
    }
  }

  const starts = new Uint32Array(vocabulary + 1);
  const depths = new Uint32Array(inner); // steps from the root to an inner node
  for (let made = inner - 2; made >= 0; made--) depths[made] = depths[parents[vocabulary + made]!]! + 1;
  let longest = 0;
  for (let leaf = 0; leaf < vocabulary; leaf++) {
    const length = depths[parents[leaf]!]! + 1;
    starts[leaf + 1] = starts[leaf]! + length;
    longest = Math.max(longest, length);
  }
  const steps = new Uint32Array(starts[vocabulary]!);
  for (let leaf = 0; leaf < vocabulary; leaf++) {
    for (let at = starts[leaf + 1]! - 1, child = leaf; at >= starts[leaf]!; at--) {
      const parent = parents[child]!;
      steps[at] = parent * 2 + branches[child]!;
      child = vocabulary + parent;
    }
  }
  return { starts, steps, longest, counts: nodeCounts };
}
