// Measures source text: the length of functions, and words that stand in code (not in comments).

import type { ParseResult } from 'oxc-parser';

/** A function longer than the limit. */
export interface LongFunction {
  readonly name: string;
  readonly line: number;
  readonly length: number;
}

/** All functions of a program with more than `linesMax` lines, outermost first. */
export function longFunctions(program: ParseResult, text: string, linesMax: number): readonly LongFunction[] {
  const found: LongFunction[] = [];
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const lineOf = (offset: number): number => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
  const visit = (node: unknown, name: string): void => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const child of node) visit(child, name);
      return;
    }
    const entry = node as Record<string, unknown> & { type?: string; start?: number; end?: number };
    const own = nameOf(entry) ?? name;
    if (
      entry.type &&
      /Function/.test(entry.type) &&
      entry['body'] &&
      entry.start !== undefined &&
      entry.end !== undefined
    ) {
      const line = lineOf(entry.start);
      const length = lineOf(entry.end) - line + 1;
      if (length > linesMax) found.push({ name: own, line, length });
    }
    for (const [key, child] of Object.entries(entry)) {
      if (key !== 'type' && key !== 'start' && key !== 'end') visit(child, own);
    }
  };
  visit(program.program.body, 'anonymous');
  return found;
}

function nameOf(node: Record<string, unknown>): string | undefined {
  const id = (node['id'] ?? node['key']) as { name?: unknown } | null | undefined;
  return typeof id?.name === 'string' ? id.name : undefined;
}

/** Every line where `pattern` stands outside comments. */
export function spokenWords(
  text: string,
  pattern: RegExp,
): readonly { readonly line: number; readonly word: string }[] {
  const withoutBlocks = text.replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '));
  return withoutBlocks.split('\n').flatMap((content, index) => {
    const code = content.replace(/(^|\s)\/\/.*$/, '');
    const match = pattern.exec(code);
    return match ? [{ line: index + 1, word: match[0] }] : [];
  });
}
