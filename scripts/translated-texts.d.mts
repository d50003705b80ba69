/** The sentences of one file. */
export function textsIn(file: string, source: string): string[];
