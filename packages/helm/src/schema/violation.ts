// What a schema refuses, and how it is shown.

import { escapeToken } from './document.ts';
import { singleQuote } from './json-values.ts';

/** A violation, with those it consists of. */
export interface Violation {
  /** Instance path. */
  readonly path: readonly string[];
  readonly message: string;
  readonly kind: 'group' | 'reference' | 'other';
  readonly causes: readonly Violation[];
}

/** Lays violations out as the library's Error() does below its first line. */
export function printViolations(violations: readonly Violation[], indent = 1): string {
  let text = '';
  for (const violation of violations) {
    const skipped = violation.kind === 'reference' && violation.causes.length === 1;
    if (!skipped) {
      const pointer = violation.path.map((token) => `/${escapeToken(token)}`).join('');
      text += `\n${'  '.repeat(indent - 1)}- at ${singleQuote(pointer)}: ${violation.message}`;
    }
    text += printViolations(violation.causes, skipped ? indent : indent + 1);
  }
  return text;
}
