// Failures that belong to a source and not to Git itself.

export type SourceErrorCode = 'access' | 'lfs-failed' | 'lfs-pointer' | 'no-progress' | 'submodule' | 'unknown-mapping';

/** A source that is there but cannot be used as it is. `path` is inside the tree where one file is to blame. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: SourceErrorCode;
  readonly path: string | undefined;
  constructor(code: SourceErrorCode, message: string, path?: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}
