/** Gives .cache/NAME with `packages` (name@version) in its node_modules; installs them where the folder is missing. */
export function installOnce(name: string, packages: string[]): Promise<string>;
