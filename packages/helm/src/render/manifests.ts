// Sorts rendered files into hooks and manifests. Mirrors helm:pkg/release/v1/util/manifest_sorter.go (v4.3.0).

import { quote } from '@evenkeel/gotemplate';
import { type Json, type JsonObject, YamlError, parseYaml } from '@evenkeel/resource';

import type { HelmVersion } from '../chart/chart.ts';
import { compareGoStrings, isBlank, parseGoInt, pathBase, trimSpace } from '../go-text.ts';
import type { Log, LogEntry } from '../log-entry.ts';
import { jsonTypeName } from '../values/yaml-values.ts';
import { installOrder, sortByKind } from './kind-order.ts';
import type { HookEvent } from './request.ts';
import { splitManifests } from './split-manifests.ts';

/** One document of a rendered file. */
export interface Manifest {
  /** The template's full name. */
  readonly source: string;
  readonly text: string;
  /** Where the text starts in the rendered file. */
  readonly offset: number;
  readonly kind: string;
  readonly name: string;
  /** The parsed document. */
  readonly content: Json;
}

/** A manifest with hook annotations. */
export interface HookManifest extends Manifest {
  readonly events: readonly HookEvent[];
  readonly weight: number;
  readonly deletePolicies: readonly string[];
  readonly outputLogPolicies: readonly string[];
}

/** Thrown for the first file that is no YAML; the message is Helm's. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly source: string;
  /** Offset of the document in its file, and the line inside the document; 0 where unknown. */
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  /** All files as Helm shows them for debugging. */
  rendered = '';
  constructor(message: string, at: { source: string; offset: number; line: number; column: number }) {
    super(message);
    this.source = at.source;
    this.offset = at.offset;
    this.line = at.line;
    this.column = at.column;
  }
}

const EVENTS: ReadonlyMap<string, HookEvent> = new Map<string, HookEvent>([
  ['pre-install', 'pre-install'],
  ['post-install', 'post-install'],
  ['pre-delete', 'pre-delete'],
  ['post-delete', 'post-delete'],
  ['pre-upgrade', 'pre-upgrade'],
  ['post-upgrade', 'post-upgrade'],
  ['pre-rollback', 'pre-rollback'],
  ['post-rollback', 'post-rollback'],
  ['test', 'test'],
  ['test-success', 'test'],
]);

/** Splits, parses and sorts rendered files. Throws ManifestError. `log` hears of unknown hooks, which are left out. */
export function sortManifests(
  files: ReadonlyMap<string, string>,
  version: HelmVersion,
  log: Log,
): { hooks: HookManifest[]; manifests: Manifest[] } {
  const hooks: HookManifest[] = [];
  const manifests: Manifest[] = [];
  for (const source of [...files.keys()].sort(compareGoStrings)) {
    const content = files.get(source) ?? '';
    if (pathBase(source).startsWith('_') || isBlank(content)) continue;
    for (const { text, offset } of splitManifests(content, version)) {
      const manifest = parseManifest({ source, text, offset }, version);
      const annotations = annotationsOf(manifest.content);
      const hookTypes = annotations.get('helm.sh/hook');
      if (hookTypes === undefined) manifests.push(manifest);
      else {
        const hook = hookOf(manifest, annotations, hookTypes);
        if (hook !== undefined) hooks.push(hook);
        else log(unknownHook(hookTypes));
      }
    }
  }
  const order = installOrder(version);
  return {
    hooks: sortByKind(hooks, ({ kind }) => kind, order),
    manifests: sortByKind(manifests, ({ kind }) => kind, order),
  };
}

function unknownHook(hookTypes: string): LogEntry {
  const message3 = `info: skipping unknown hook: ${quote(hookTypes)}`;
  return { level: 'INFO', message: 'skipping unknown hooks', attributes: [['hookTypes', hookTypes]], message3 };
}

function parseManifest(
  piece: { readonly source: string; readonly text: string; readonly offset: number },
  version: HelmVersion,
): Manifest {
  const fail = (message: string, line = 0, column = 0): never => {
    throw new ManifestError(`YAML parse error on ${piece.source}: ${message}`, { ...piece, line, column });
  };
  let content: Json = null;
  try {
    content = parseYaml(piece.text, { dialect: 'sigs' }) ?? null;
    // In the release a line feed stands behind it, which a block of text at the end takes in.
    if (/[|>]/.test(piece.text)) content = parseYaml(`${piece.text}\n`, { dialect: 'sigs' }) ?? null;
  } catch (error) {
    if (error instanceof YamlError) fail(error.message, error.line, error.column);
    throw error;
  }
  const mistake = headMistake(content, version);
  if (mistake !== undefined) fail(`error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${mistake}`);
  const head = asObject(content);
  return {
    ...piece,
    kind: scalarText(member(head, 'kind')),
    name: scalarText(member(asObject(member(head, 'metadata')), 'name')),
    content,
  };
}

/** What Go's decoder says of a document that does not fit SimpleHead, by the order of its keys. */
function headMistake(content: Json, version: HelmVersion): string | undefined {
  const type = version === 4 ? 'util.SimpleHead' : 'releaseutil.SimpleHead';
  if (content === null) return undefined;
  const head = asObject(content);
  if (head === undefined) return `${jsonTypeName(content)} into Go value of type ${type}`;
  // Go names the innermost struct, and metadata's has no name.
  const field = (value: Json, path: string, wanted: string): string => {
    const struct = path.startsWith('metadata.') ? '' : 'SimpleHead';
    return `${jsonTypeName(value)} into Go struct field ${struct}.${path} of type ${wanted}`;
  };
  for (const key of ['apiVersion', 'kind']) {
    const value = member(head, key);
    if (typeof value === 'object' && value !== null) return field(value, key, 'string');
  }
  const metadata = member(head, 'metadata');
  if (metadata === undefined || metadata === null) return undefined;
  const inner = asObject(metadata);
  const structText = 'struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }';
  if (inner === undefined) return field(metadata, 'metadata', structText);
  const annotations = member(inner, 'annotations');
  if (annotations !== undefined && annotations !== null) {
    const map = asObject(annotations);
    if (map === undefined) return field(annotations, 'metadata.annotations', 'map[string]string');
    for (const key of Object.keys(map).sort(compareGoStrings)) {
      const value = map[key];
      if (typeof value === 'object' && value !== null) return field(value, 'metadata.annotations', 'string');
    }
  }
  const name = member(inner, 'name');
  return typeof name === 'object' && name !== null ? field(name, 'metadata.name', 'string') : undefined;
}

/** A field by its JSON name; like encoding/json, whatever its case when the exact name is not there. */
function member(object: JsonObject | undefined, name: string): Json | undefined {
  if (object === undefined) return undefined;
  if (Object.hasOwn(object, name)) return object[name];
  const folded = name.toLowerCase();
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === folded);
  return key === undefined ? undefined : object[key];
}

function asObject(json: Json | undefined): JsonObject | undefined {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonObject) : undefined;
}

function scalarText(json: Json | undefined): string {
  return json === undefined || json === null || typeof json === 'object' ? '' : String(json);
}

function annotationsOf(content: Json): ReadonlyMap<string, string> {
  const annotations = asObject(member(asObject(member(asObject(content), 'metadata')), 'annotations'));
  const map = new Map<string, string>();
  for (const [key, value] of Object.entries(annotations ?? {})) map.set(key, scalarText(value));
  return map;
}

function hookOf(
  manifest: Manifest,
  annotations: ReadonlyMap<string, string>,
  hookTypes: string,
): HookManifest | undefined {
  const events: HookEvent[] = [];
  for (const hookType of hookTypes.split(',')) {
    const event = EVENTS.get(trimSpace(hookType).toLowerCase());
    if (event === undefined) return undefined;
    events.push(event);
  }
  const weight = parseGoInt(annotations.get('helm.sh/hook-weight') ?? '');
  const policies = (name: string): string[] =>
    (annotations.get(name)?.split(',') ?? []).map((policy) => trimSpace(policy).toLowerCase());
  return {
    ...manifest,
    events,
    weight: typeof weight === 'string' ? 0 : Number(weight),
    deletePolicies: policies('helm.sh/hook-delete-policy'),
    outputLogPolicies: policies('helm.sh/hook-output-log-policy'),
  };
}
