// A problem as people read it: Helm's sentence, the calls that led to the place, and the line with a caret below.

import type { RenderProblem, SourcePosition } from './request.ts';

/** Reads a file by the path a problem names. */
export type ReadSource = (path: string) => Uint8Array | undefined;

/** The message, then (where the place is known) each call on the way to it and the line itself with a caret. */
export function describeProblem(problem: RenderProblem, read: ReadSource): string {
  const title = problem.severity === 'error' ? `Error: ${problem.message}` : `Warning: ${problem.message}`;
  const { file, line, column } = problem;
  if (file === undefined || line === undefined) return `${title}\n`;
  const place = { file, line, column: column ?? 0 };
  const calls = (problem.stack ?? []).filter((frame) => frame.file !== file || frame.line !== line);
  const frames = calls.map((frame) => `  called from ${frame.file}:${frame.line}\n`);
  return `${title.trimEnd()}\n${frames.join('')}${excerpt(place, read)}`;
}

function excerpt({ file, line, column }: SourcePosition, read: ReadSource): string {
  const head = `  ${file}:${line}${column === 0 ? '' : `:${column}`}\n`;
  const bytes = read(file);
  const text = bytes === undefined ? undefined : new TextDecoder().decode(bytes).split('\n')[line - 1];
  if (text === undefined) return head;
  const number = String(line);
  const source = `  ${number} | ${text.trimEnd()}\n`;
  if (column === 0) return head + source;
  // Tabs stay tabs, so that the caret stands below its column.
  const before = text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ');
  return `${head}${source}  ${' '.repeat(number.length)} | ${before}^\n`;
}
