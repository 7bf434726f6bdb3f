// Reading answers of forges: what is missing or of another type is a malformed answer, said by its path.

import { ForgeError } from './errors.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

/** An object. */
export function record(value: unknown, what: string): JsonRecord {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonRecord;
  throw new ForgeError('malformed', `${what} is no object`);
}

/** A list of objects. */
export function records(value: unknown, what: string): readonly JsonRecord[] {
  if (Array.isArray(value)) return value.map((item, index) => record(item, `${what}[${index}]`));
  throw new ForgeError('malformed', `${what} is no list`);
}

/** The value behind a dotted path; undefined where nothing is. */
export function at(from: unknown, path: string): unknown {
  let value = from;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as JsonRecord)[name];
  }
  return value;
}

/** The text behind a dotted path, or ''. */
export function text(from: unknown, path: string): string {
  const value = at(from, path);
  return typeof value === 'string' ? value : '';
}

/** The number or text that identifies something. */
export function identity(from: unknown, path: string): string | number {
  const value = at(from, path);
  return typeof value === 'number' || typeof value === 'string' ? value : '';
}

/** Texts of a list; other items are left out. */
export function textList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** The address of the next page in a Link header. */
export function nextLink(headers: Readonly<Record<string, string>>): string | undefined {
  for (const part of (headers['link'] ?? '').split(/,\s*(?=<)/)) {
    const match = /^\s*<([^>]*)>\s*;(.*)$/.exec(part);
    if (match && /\brel="?next"?/.test(match[2] ?? '')) return match[1];
  }
  return undefined;
}

/** Segments of an address, each escaped. */
export function segments(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

/** A path in a repository: its slashes stay. */
export function pathSegments(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
