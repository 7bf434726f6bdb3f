// How Helm words what went wrong in a template. Mirrors helm:pkg/engine/engine.go (v4.3.0), which lays the chain of
// text/template errors out over several lines, and v3.22.0, which leaves it on one.

import { TemplateError } from '@evenkeel/gotemplate';

import type { HelmVersion } from '../chart/chart.ts';

/** The message a `fail` or `required` is wrapped in while it travels through text/template. */
export function wrapWarning(message: string): string {
  return `HELM_ERR_START${message}HELM_ERR_END`;
}

/** A parse error of a template file, as `helm template` prints it. */
export function parseErrorMessage(file: string, error: Error): string {
  const tokens = error.message.split(': ');
  if (tokens.length === 1) return `parse error in (${file}): ${error.message}`;
  return `parse error at (${tokens[1] ?? ''}): ${tokens.at(-1) ?? ''}`;
}

/** An execution error of a template file, as `helm template` prints it. */
export function executionErrorMessage(file: string, error: Error, version: HelmVersion): string {
  if (!(error instanceof TemplateError) || error.code === 'NO_TEMPLATE') return error.message;
  const tokens = splitN(error.message, ': ', 3);
  if (tokens.length !== 3) return `execution error in (${file}): ${error.message}`;
  const warning = /HELM_ERR_START([\s\S]*)HELM_ERR_END/.exec(tokens[2] ?? '');
  if (warning !== null) return `execution error at (${tokens[1] ?? ''}): ${warning[1] ?? ''}`;
  return version === 3 ? error.message : traceOf(error);
}

interface TraceEntry {
  readonly location: string;
  readonly executed: string;
  readonly message: string;
}

function traceOf(error: Error): string {
  const entries: TraceEntry[] = [];
  let current: unknown = error;
  while (current instanceof Error) {
    const entry = parseTraceEntry(current.message);
    if (entry === undefined) return error.message;
    const last = entries.at(-1);
    const repeated =
      last?.location === entry.location && last.message === entry.message && last.executed === entry.executed;
    if (!repeated) entries.push(entry);
    current = current.cause;
  }
  return entries.map(printTraceEntry).join('').trim();
}

function printTraceEntry({ location, executed, message }: TraceEntry): string {
  let text = location === '' ? '' : `${location}\n  `;
  if (executed !== '') text += `${executed}\n    `;
  return message === '' ? text : `${text}${message}\n`;
}

function parseTraceEntry(message: string): TraceEntry | undefined {
  const prefix = 'template: ';
  if (!message.startsWith(prefix)) return undefined;
  const rest = message.slice(prefix.length);
  if (rest.startsWith('no template ')) return { location: '', executed: '', message };
  return parseExecuting(rest) ?? parseSimple(rest);
}

/** `NAME: executing "FUNCTION" at <EXPRESSION>: MESSAGE`. */
function parseExecuting(rest: string): TraceEntry | undefined {
  const cut = rest.indexOf(': executing ');
  if (cut < 0) return undefined;
  const after = rest.slice(cut + ': executing '.length);
  const endQuote = after.startsWith('"') ? after.indexOf('"', 1) : -1;
  if (endQuote < 0) return undefined;
  const name = after.slice(1, endQuote);
  const atPrefix = ' at <';
  const tail = after.slice(endQuote + 1);
  if (!tail.startsWith(atPrefix)) return undefined;
  const close = tail.indexOf('>: ', atPrefix.length);
  if (close < 0) return undefined;
  return {
    location: rest.slice(0, cut),
    executed: `executing "${name}" at <${tail.slice(atPrefix.length, close)}>:`,
    message: withoutNext(tail.slice(close + 3)),
  };
}

function parseSimple(rest: string): TraceEntry | undefined {
  const cut = rest.lastIndexOf(': ');
  if (cut < 0) return undefined;
  return { location: rest.slice(0, cut), executed: '', message: withoutNext(rest.slice(cut + 2)) };
}

/** The chained error that follows in the same text is shown by its own entry. */
function withoutNext(message: string): string {
  const cut = message.indexOf(' template:');
  return cut < 0 ? message : message.slice(0, cut);
}

function splitN(text: string, separator: string, count: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (parts.length < count - 1) {
    const at = rest.indexOf(separator);
    if (at < 0) break;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at + separator.length);
  }
  return [...parts, rest];
}
