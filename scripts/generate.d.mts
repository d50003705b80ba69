/** The texts of the files by their paths in the project, formatted. */
export function generated(): Promise<Record<string, string>>;
