// What history remembers, in words.

import type { TimelineEntry, TimelinePage, Waterlines } from '@evenkeel/api';
import type { History, HistoryEntry } from '@evenkeel/history';

/** A page of the timeline of one application, or of all. Newest first. */
export function timelineOf(history: History, query: { readonly key?: string; readonly before?: string }): TimelinePage {
  const page = history.timeline({
    limit: 50,
    ...(query.key === undefined ? {} : { app: query.key }),
    ...(query.before === undefined ? {} : { before: query.before }),
  });
  return { entries: page.entries.map(entryView), ...(page.next === undefined ? {} : { next: page.next }) };
}

/** The strips of all applications over the last hours, lined up. */
export function waterlinesOf(history: History, span: { readonly fromMs: number; readonly toMs: number }): Waterlines {
  const items = history.waterlines({ ...span, resolutionMs: 1000 }).map(({ app, runs, ticks }) => ({
    key: app,
    runs: runs.map((run) => ({ ...run })),
    ticks: ticks.map(({ atMs, kind, revision, outcome }) => ({
      atMs,
      kind,
      revision,
      ...(outcome === undefined ? {} : { outcome }),
    })),
  }));
  return { ...span, items };
}

/** Who caused a drift, and when, where that is known. */
function byWhom(field: { readonly manager?: string; readonly time?: string } | undefined): string {
  if (field?.manager === undefined) return '';
  return ` by ${field.manager}${field.time === undefined ? '' : ` at ${field.time}`}`;
}

function entryView(entry: HistoryEntry): TimelineEntry {
  const base = {
    id: entry.id,
    atMs: entry.at,
    kind: entry.kind,
    ...(entry.app === undefined ? {} : { key: entry.app }),
  };
  switch (entry.kind) {
    case 'commit':
      return {
        ...base,
        sentence: firstLine(entry.message),
        revision: entry.revision,
        who: entry.author.name,
        details: [],
      };
    case 'sync-started':
      return {
        ...base,
        sentence: `Sync started to ${short(entry.revision)}`,
        revision: entry.revision,
        ...whoOf(entry.initiator),
        details: [],
      };
    case 'sync-finished':
      return {
        ...base,
        sentence: syncSentence(entry),
        revision: entry.revision,
        ...whoOf(entry.initiator),
        outcome: entry.phase,
        details: entry.changes.map(({ object, change }) => `${object} ${change}`),
      };
    case 'drift-started': {
      const [field] = entry.fields;
      const by = byWhom(field);
      return {
        ...base,
        sentence: field ? `Drifted: ${field.object} ${field.path}${by}` : 'Drifted',
        ...(field?.manager === undefined ? {} : { who: field.manager }),
        details: entry.fields.map(({ object, path }) => `${object} ${path}`),
      };
    }
    case 'drift-ended':
      return { ...base, sentence: entry.how === 'healed' ? 'Drift healed' : `Drift ended (${entry.how})`, details: [] };
    case 'health':
      return {
        ...base,
        sentence: `Health ${entry.from ?? 'unknown'} → ${entry.to}${entry.message === undefined ? '' : `: ${entry.message}`}`,
        details: [],
      };
    case 'action':
      return {
        ...base,
        sentence: entry.what,
        who: entry.who.name,
        details: entry.detail === undefined ? [] : [entry.detail],
      };
  }
}

function syncSentence(entry: HistoryEntry & { readonly kind: 'sync-finished' }): string {
  if (entry.phase !== 'succeeded') return `Sync to ${short(entry.revision)} failed: ${entry.message ?? entry.phase}`;
  const { length } = entry.changes;
  return `Synced ${length === 1 ? '1 object' : `${length} objects`} at ${short(entry.revision)}`;
}

function whoOf(initiator: { readonly kind: string; readonly name?: string } | undefined): { who?: string } {
  if (!initiator) return {};
  return { who: initiator.kind === 'automatic' ? 'automatic' : (initiator.name ?? initiator.kind) };
}

function short(revision: string): string {
  return revision.slice(0, 7);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
