// What Argo CD and Evenkeel say in the status of the same Application, field by field; and the differences that are meant,
// each with its reason.

import type { Json, KubeObject } from '@evenkeel/resource';
import { allowances } from './takeover-allowed.ts';

/** Statuses by "namespace/name". */
export type Statuses = ReadonlyMap<string, KubeObject>;

export interface Difference {
  readonly moment: string;
  readonly application: string;
  readonly path: string;
  readonly argo: string;
  readonly evenkeel: string;
  /** Why it may be; undefined where it may not. */
  readonly reason?: string;
}

export interface Comparison {
  readonly moment: string;
  readonly argo: Statuses;
  readonly evenkeel: Statuses;
  readonly neutral: (text: string) => string;
}

/** Every field that differs, of every Application that one of the two has. */
export function compareStatuses({ moment, argo, evenkeel, neutral }: Comparison): readonly Difference[] {
  const found: Difference[] = [];
  for (const application of new Set([...argo.keys(), ...evenkeel.keys()])) {
    const [left, right] = [argo, evenkeel].map((side) => neutralStatus(side.get(application), neutral));
    const unread = [left, right].every((told) => syncOf(told) === 'Unknown');
    const healed = [left, right].some((told) => JSON.stringify(told ?? {}).includes('"autoHealAttemptsCount"'));
    const note = (path: string, one: Json | undefined, other: Json | undefined): void => {
      const texts = { argo: shown(one), evenkeel: shown(other) };
      const where = { moment, application, path, unread, healed };
      // What the push did not touch still stands as the other of the two left it.
      const ways = moment === 'pushed' ? [texts, { argo: texts.evenkeel, evenkeel: texts.argo }] : [texts];
      const reason = allowances.find((rule) => ways.some((way) => rule.allows({ ...where, ...way })))?.reason;
      found.push({ moment, application, path, ...texts, ...(reason === undefined ? {} : { reason }) });
    };
    walk('', left, right, note);
  }
  return found;
}

function syncOf(told: Json | undefined): string {
  const { status } = (told ?? {}) as { readonly status?: { readonly sync?: { readonly status?: string } } };
  return status?.sync?.status ?? 'Unknown';
}

function shown(value: Json | undefined): string {
  return value === undefined ? '(absent)' : JSON.stringify(value);
}

type Note = (path: string, left: Json | undefined, right: Json | undefined) => void;

function walk(path: string, left: Json | undefined, right: Json | undefined, note: Note): void {
  if (JSON.stringify(left) === JSON.stringify(right)) return;
  if (isMap(left) && isMap(right)) {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
      walk(path === '' ? key : `${path}.${key}`, left[key], right[key], note);
    return;
  }
  note(path, left, right);
}

function isMap(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Times by whether they are there, lists by what tells their entries apart, the address of the host by a name. */
function neutralStatus(object: KubeObject | undefined, neutral: (text: string) => string): Json | undefined {
  if (object === undefined) return undefined;
  const { status = {}, operation } = object as unknown as { status?: Json; operation?: Json };
  const told = { status: status ?? {}, ...(operation === undefined ? {} : { operation }) };
  return listsByKey(JSON.parse(neutral(JSON.stringify(told))) as Json);
}

const timeFields = /^(lastTransitionTime|startedAt|finishedAt|deployedAt|deployStartedAt|reconciledAt|observedAt)$/;

function listsByKey(value: Json, field = ''): Json {
  if (typeof value === 'string') return timeFields.test(field) ? '<time>' : withoutTimes(value);
  if (Array.isArray(value)) return keyed(value, field);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, listsByKey(entry as Json, key)]));
}

/** Names of generated hooks hold the second they were made in. */
function withoutTimes(text: string): string {
  return text.replaceAll(/(run-[0-9a-f]{7}-[a-z]+-)\d{10}/g, '$1<time>');
}

function keyed(list: readonly Json[], field: string): Json {
  const keyOf = (entry: Json, at: number): string => {
    if (!isMap(entry)) return String(at);
    const text = (name: string): string => (typeof entry[name] === 'string' ? entry[name] : '');
    if (field === 'conditions') return text('type');
    if (field === 'resources')
      return withoutTimes([text('group'), text('kind'), text('namespace'), text('name'), text('syncPhase')].join('/'));
    return String(at);
  };
  const seen = new Map<string, number>();
  return Object.fromEntries(
    list.map((entry, at) => {
      const key = keyOf(entry, at);
      const count = seen.get(key) ?? 0;
      seen.set(key, count + 1);
      return [`[${key}${count > 0 ? `#${count}` : ''}]`, listsByKey(entry)];
    }),
  );
}
