export function packageExtension(): Promise<string>;
export function belongsInPackage(name: string): boolean;
export function archiveEntries(bytes: Buffer): string[];
