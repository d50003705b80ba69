export const quietSettings: Record<string, unknown>;
export function installVSCodeServer(): Promise<string>;
export class VSCodeServer {
  static start(options?: {
    profile?: string;
    settings?: Record<string, unknown>;
    extensions?: string[];
    env?: Record<string, string>;
  }): Promise<VSCodeServer>;
  readonly url: string;
  readonly log: string;
  readonly ended: Promise<unknown>;
  readonly pid: number;
  window(folder: string): string;
  stop(): Promise<void>;
}
