// How JavaScript says that recursion went too deep or a value grew too large.

/** Whether an error is the engine giving up, not the program being wrong. */
export function isExhaustion(error: unknown): error is Error {
  // A regular expression compiled on the last bit of stack fails as a SyntaxError.
  if (error instanceof SyntaxError) return error.message.includes('Stack overflow');
  return error instanceof RangeError;
}
