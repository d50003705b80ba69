/** A folder with @tensorflow/tfjs-node in its node_modules; null where there is no build for this machine. */
export function findTfjsNode(): Promise<string | null>;
