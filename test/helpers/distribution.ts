// What the build made, for tests that train, ask or compute with it.

export const DISTRIBUTION = new URL('../../dist/', import.meta.url);
