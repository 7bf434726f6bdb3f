// The error of a release that cannot be made.

import type { RenderProblemCode } from './request.ts';

/** Why a release cannot be made; the message is Helm's. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError';
  readonly code: RenderProblemCode;
  readonly file: string | undefined;
  constructor(code: RenderProblemCode, message: string, file?: string) {
    super(message);
    this.code = code;
    this.file = file;
  }
}
