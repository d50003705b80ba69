/** The path of a Node of this major version; null where there is none on this machine and no package for it. */
export function findNode(major: number): Promise<string | null>;
/** The path of the Node that runs npm here, or of the first on the PATH. */
export function ownNode(): string;
