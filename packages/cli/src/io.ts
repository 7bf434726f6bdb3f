// What a command may touch of the outside, handed in by main.ts: commands themselves read no environment.

/** The outside of a command. */
export interface Io {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly pid: number;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly colour: boolean;
  /** Whether a person is looking at stdout. */
  readonly interactive: boolean;
  /** The token of the flag `--auth-token`, once the line has been read. */
  readonly authToken?: () => string | undefined;
  out(text: string): void;
  err(text: string): void;
  /** Standard input to its end. */
  stdin(): Promise<string>;
  /** The next line of standard input; '' at its end. */
  line?(): Promise<string>;
}

/** A failure with its exit code; the message is one sentence and is all that is printed. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Exit codes as argocd uses them (argoproj/argo-cd:util/errors/errors.go, 3.6). */
export const exitCodes = { connection: 11, response: 12, missing: 13, generic: 20 } as const;
