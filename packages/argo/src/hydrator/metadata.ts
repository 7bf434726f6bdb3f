// What a hydrated commit says of the dry one: hydrator.metadata, and what templates are told.
// Pure. Mirrors argoproj/argo-cd:util/hydrator/hydrator.go and commitserver/commit/hydratorhelper.go writeMetadata (3.6).

import type { Commit } from '@evenkeel/git';
import type { JsonObject } from '@evenkeel/resource';
import { asJson } from '../application.ts';
import { type CommitReference, readReferences, trailersOf } from './references.ts';

/** In the order in which the fields are written. */
export interface HydratorMetadata {
  readonly repoURL?: string;
  readonly drySha?: string;
  readonly commands?: readonly string[];
  readonly author?: string;
  readonly date?: string;
  readonly subject?: string;
  readonly body?: string;
  readonly references?: readonly { readonly commit: CommitReference }[];
}

/** What is said of a dry commit. */
export function commitMetadata(
  repoURL: string,
  { sha, author, message }: Pick<Commit, 'sha' | 'author' | 'message'>,
): HydratorMetadata {
  const whole = message.trim();
  const gap = whole.indexOf('\n\n');
  const [subject, text] = gap < 0 ? [whole, ''] : [whole.slice(0, gap), whole.slice(gap + 2)];
  const { reference } = readReferences(trailersOf(whole));
  return {
    repoURL,
    drySha: sha,
    author: `${author.name} <${author.email}>`,
    date: author.date,
    subject,
    body: readReferences(text).rest,
    references: reference ? [{ commit: reference }] : [],
  };
}

const order = ['repoURL', 'drySha', 'commands', 'author', 'date', 'subject', 'body', 'references'] as const;
const referenceOrder = ['author', 'date', 'subject', 'body', 'sha', 'repoUrl'] as const;

/** As JSON without what is empty, as Go writes it. */
export function metadataJson(metadata: HydratorMetadata): JsonObject {
  const references = metadata.references?.map(({ commit }) => ({ commit: kept(commit, referenceOrder) }));
  return kept({ ...metadata, references }, order);
}

/** The content of a hydrator.metadata file. */
export function metadataFile(metadata: HydratorMetadata): string {
  const text = JSON.stringify(metadataJson(metadata), undefined, 2);
  // Go's encoder keeps two line separators of JavaScript out of what it writes.
  return `${text.replaceAll('\u2028', String.raw`\u2028`).replaceAll('\u2029', String.raw`\u2029`)}\n`;
}

function kept<Name extends string>(from: { readonly [Field in Name]?: unknown }, names: readonly Name[]): JsonObject {
  const entries = names.map((name) => [name, from[name]] as const);
  return asJson(Object.fromEntries(entries.filter(([, value]) => isSaid(value)))) as JsonObject;
}

function isSaid(value: unknown): boolean {
  if (value === undefined || value === '') return false;
  return !Array.isArray(value) || value.length > 0;
}
