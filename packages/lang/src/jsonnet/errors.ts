// What is wrong with a Jsonnet program, and where.

/** A place in a file. Lines and columns count from 1. */
export interface JsonnetPosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type JsonnetErrorCode = 'SYNTAX' | 'RUNTIME' | 'IMPORT' | 'LIMIT';

/** The message is go-jsonnet's where it has one. */
export class JsonnetError extends Error {
  override readonly name = 'JsonnetError';
  readonly code: JsonnetErrorCode;
  readonly at: JsonnetPosition | undefined;
  constructor(code: JsonnetErrorCode, message: string, at?: JsonnetPosition) {
    super(message);
    this.code = code;
    this.at = at;
  }
}
