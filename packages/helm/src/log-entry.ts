// What Helm writes to its log while it renders: shown as warnings, and on stderr by the command.

import { quote } from '@evenkeel/gotemplate';

import type { HelmVersion } from './chart/chart.ts';

/** One line of Helm's log. */
export interface LogEntry {
  readonly level: 'INFO' | 'WARN' | 'ERROR';
  readonly message: string;
  /** Helm 4's structured part, in order. */
  readonly attributes?: readonly (readonly [string, string])[];
  /** Helm 3's wording where it differs; '' when Helm 3 says nothing. */
  readonly message3?: string;
}

/** Receives log lines. */
export type Log = (entry: LogEntry) => void;

/** The line as Helm prints it, without its time and place; undefined where this version says nothing. */
export function printLogEntry(entry: LogEntry, version: HelmVersion): string | undefined {
  if (version === 3) return entry.message3 === '' ? undefined : (entry.message3 ?? entry.message);
  const pairs = [['msg', entry.message] as const, ...(entry.attributes ?? [])];
  return `level=${entry.level} ${pairs.map(([key, value]) => `${key}=${logValue(value)}`).join(' ')}`;
}

/** The entry as a sentence. */
export function describeLogEntry({ message, attributes = [] }: LogEntry): string {
  if (attributes.length === 0) return message;
  return `${message} (${attributes.map(([key, value]) => `${key}: ${value}`).join(', ')})`;
}

/** log/slog's text handler quotes what is empty, has spaces, quotes, equal signs or unprintable characters. */
function logValue(text: string): string {
  return text !== '' && /^[!#-<>-~\u00a1-\u{10ffff}]+$/u.test(text) ? text : quote(text);
}
