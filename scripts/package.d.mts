export function packageExtension(): Promise<string>;
export function archiveEntries(bytes: Buffer): string[];
