// The kernels' modules. Written by scripts/build.mjs; not to be edited.
export const KERNELS = ['language-model', 'similarity', 'text', 'word2vec'] as const;
