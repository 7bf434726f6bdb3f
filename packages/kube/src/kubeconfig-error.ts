// Why a kubeconfig cannot be used.

/** The closed set of reasons. */
export type KubeconfigErrorCode = 'NOT_FOUND' | 'SYNTAX' | 'NO_CONTEXT' | 'INVALID' | 'UNSUPPORTED';

/** A kubeconfig that is missing, broken or asks for something not supported. Worded as kubectl words it. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
  readonly code: KubeconfigErrorCode;
  constructor(code: KubeconfigErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
