// Which differences between the comparisons are on purpose: the rows of packages/argo/DEVIATIONS-sources.md, told by what
// the original says that differs.

import type { ResourceType } from '@evenkeel/kube';
import { type JsonObject, type KubeObject, lastAppliedAnnotation } from '@evenkeel/resource';

interface Judged {
  readonly method: 'client' | 'server';
  readonly type: ResourceType;
  readonly desired: KubeObject;
  readonly live: KubeObject;
  readonly settings: JsonObject | undefined;
}

interface Found {
  readonly changed: boolean;
  readonly fields: readonly unknown[];
}

/** The row a difference belongs to, where it belongs to one. `theirs` are lines of "path: live -> predicted". */
export function rowOf(judged: Judged, found: Found, theirs: readonly string[]): string | undefined {
  return found.changed ? rowOfOurs(judged, found) : rowOfTheirs(judged, theirs);
}

/** We see a difference that the original does not. */
function rowOfOurs({ method, type, settings }: Judged, { fields }: Found): string | undefined {
  const all = fields as readonly { readonly path: string; readonly desired?: unknown; readonly live?: unknown }[];
  if (method === 'server' && all.every(({ desired }) => isEmptyList(desired))) return 'emptied';
  if (method === 'server') return all.every(({ desired }) => desired === undefined) ? 'defaults' : undefined;
  if (all.every(({ desired, path }) => desired === null && path.startsWith('.data.'))) return 'emptiness';
  const said = JSON.stringify(settings).replaceAll('\\"', '"');
  if (/metadata(\/annotations|\.annotations)?"/.test(said)) return 'annotations';
  // What else differs in an item of containers may be ignored.
  const isItems = ({ path, desired, live }: (typeof all)[number]): boolean =>
    desired === null || path.endsWith('.containers') || isAdded(desired, live);
  return isCustom(type) && all.every(isItems) ? 'items' : undefined;
}

/** Lists of items that have all that is wanted, and something besides. */
function isAdded(desired: unknown, live: unknown): boolean {
  if (!Array.isArray(desired) || !Array.isArray(live) || desired.length !== live.length) return false;
  const there = live as readonly unknown[];
  return (desired as readonly unknown[]).every((item, index) => isWithin(item, there[index]));
}

function isWithin(wanted: unknown, there: unknown): boolean {
  if (wanted === null || typeof wanted !== 'object') return wanted === there;
  if (there === null || typeof there !== 'object') return false;
  return Object.entries(wanted).every(([name, value]) => isWithin(value, (there as Record<string, unknown>)[name]));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

const emptiness = /: (null -> (\[\]|\{\}|"")|(\[\]|\{\}|"") -> null)$/;

/** The original sees a difference that we do not. */
function rowOfTheirs({ method, type, desired, live, settings }: Judged, theirs: readonly string[]): string | undefined {
  if (theirs.length === 0) return 'nothing';
  const isEmptied = (line: string): boolean => {
    const [, field = ''] = /^\.metadata\.(labels|annotations|finalizers): .* -> null$/.exec(line) ?? [];
    const value = (desired.metadata as unknown as JsonObject)[field];
    return field !== '' && (value === null || (typeof value === 'object' && Object.keys(value).length === 0));
  };
  if (theirs.every((line) => emptiness.test(line) || isEmptied(line))) return 'emptiness';
  if (method === 'client' && theirs.every((line) => line.startsWith('.status'))) return 'status';
  const isUndeclared = isCustom(type) && theirs.includes('.status: null -> {}');
  if (isUndeclared && JSON.stringify(settings).includes('managedFieldsManagers')) return 'undeclared';
  if (method === 'client' && theirs.every((line) => isBeside(line, live))) {
    return JSON.stringify(settings).includes('managedFieldsManagers') ? 'beside' : undefined;
  }
  const isTaken = theirs.every((line) => emptiness.test(line) || /^\.data\..*-> null$/.test(line));
  if (isTaken && method === 'client' && type.kind === 'Secret') return 'stringData';
  const isItem = theirs.every((line) => /\.\d+\.[^:]*: .* -> null$/.test(line));
  return isItem && method === 'client' && isCustom(type) ? 'custom lists' : undefined;
}

/** A label or an annotation that goes, though it was never applied. */
function isBeside(line: string, live: KubeObject): boolean {
  const [, field = '', name = ''] = /^\.metadata\.(labels|annotations)\.([^:]*): .* -> null$/.exec(line) ?? [];
  const applied = JSON.parse(live.metadata.annotations?.[lastAppliedAnnotation] ?? '{}') as {
    readonly metadata?: JsonObject;
  };
  return name !== '' && (applied.metadata?.[field] as JsonObject | undefined)?.[name] === undefined;
}

function isCustom({ group }: ResourceType): boolean {
  return group === 'example.com' || group === 'argoproj.io';
}
