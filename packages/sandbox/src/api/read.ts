// get and list: selectors, pages with continue tokens, and the three meanings of resourceVersion.

import type { Json, KubeObject } from '@evenkeel/resource';
import type { Store } from '../store/store.ts';
import { fieldReader, unknownField } from './field-labels.ts';
import { exactName, parseFieldSelector, parseLabelSelector } from './selectors.ts';
import { type ServedType, apiVersionOf } from './served-type.ts';
import { ApiError, badRequest, expired, notFound } from './status.ts';
import { atVersion } from './versions.ts';

/** Which objects of a type a request is about. */
export interface Scope {
  readonly type: ServedType;
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  /** Set where the path names one object. */
  readonly name?: string | undefined;
}

type Query = Readonly<Record<string, string>>;

/** One object at the version asked for. Throws 404. */
export function getObject(store: Store, scope: Scope, name: string): KubeObject {
  const object = store.collection(scope.type.collection).get(scope.namespace ?? '', name);
  if (object === undefined) throw notFound(scope.type, name);
  return atVersion(object, scope.type);
}

/** A test for the objects that the query's selectors and the scope let through; undefined where all do. */
export function selection(scope: Scope, query: Query): ((object: KubeObject) => boolean) | undefined {
  const labels = parseLabelSelector(query['labelSelector']);
  const fields = parseFieldSelector(query['fieldSelector'], fieldReader(scope.type), unknownField(scope.type));
  if (labels === undefined && fields === undefined) return undefined;
  return (object) => (labels?.(object.metadata.labels) ?? true) && (fields?.(object) ?? true);
}

/** A list object. Throws 400 for unreadable selectors, 410 for a revision or a continue token that has expired. */
export function listObjects(store: Store, scope: Scope, query: Query): KubeObject {
  const matches = selection(scope, query);
  const page = readPage(query);
  const snapshot =
    page.token === undefined ? firstSnapshot(store, scope, query) : laterSnapshot(store, scope, page.token);
  const items: KubeObject[] = [];
  let next: string | undefined;
  let position = snapshot.from;
  for (; position < snapshot.objects.length; position++) {
    const object = snapshot.objects[position];
    if (object === undefined || (matches !== undefined && !matches(object))) continue;
    if (page.limit > 0 && items.length === page.limit) {
      next = encodeToken({ revision: snapshot.revision, start: keyOf(items.at(-1) ?? object) });
      break;
    }
    items.push(atVersion(object, scope.type));
  }
  const remaining = matches === undefined && next !== undefined ? snapshot.objects.length - position : undefined;
  return listOf(scope.type, items, {
    resourceVersion: String(snapshot.revision),
    ...(next === undefined ? {} : { continue: next }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  });
}

/** Wraps items in the type's list kind. */
export function listOf(
  type: ServedType,
  items: readonly KubeObject[],
  metadata: { readonly [key: string]: string | number },
): KubeObject {
  // metadata of a list is a ListMeta; its remainingItemCount is no ObjectMeta field.
  return {
    kind: type.listKind,
    apiVersion: apiVersionOf(type),
    metadata: metadata as KubeObject['metadata'],
    items: items as unknown as Json,
  };
}

interface Snapshot {
  readonly objects: readonly KubeObject[];
  readonly revision: number;
  readonly from: number;
}

function firstSnapshot(store: Store, scope: Scope, query: Query): Snapshot {
  const collection = store.collection(scope.type.collection);
  const asked = query['resourceVersion'] ?? '';
  const match = query['resourceVersionMatch'] ?? '';
  const revision = readRevision(asked);
  if (match === 'Exact') {
    if (revision > store.revision) throw tooLarge(revision, store.revision);
    const objects = collection.asOf(revision, scope.namespace);
    if (objects === 'expired') throw expired('The resourceVersion for the provided list is too old.');
    return { objects, revision, from: 0 };
  }
  if (revision > store.revision) throw tooLarge(revision, store.revision);
  const name = exactName(query['fieldSelector']);
  if (name !== undefined && scope.namespace !== undefined) {
    const object = collection.get(scope.namespace, name);
    return { objects: object === undefined ? [] : [object], revision: store.revision, from: 0 };
  }
  return { objects: collection.list(scope.namespace), revision: store.revision, from: 0 };
}

function laterSnapshot(store: Store, scope: Scope, token: Token): Snapshot {
  const objects = store.collection(scope.type.collection).asOf(token.revision, scope.namespace);
  if (objects === 'expired') {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    );
  }
  let from = objects.findIndex((object) => keyOf(object) > token.start);
  if (from < 0) from = objects.length;
  return { objects, revision: token.revision, from };
}

function readRevision(asked: string): number {
  if (asked === '') return 0;
  if (!/^\d+$/.test(asked))
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: "${asked}": strconv.ParseUint: parsing "${asked}": invalid syntax`,
    );
  return Number(asked);
}

/** As the watch cache answers a revision it has not reached. */
export function tooLarge(asked: number, current: number): ApiError {
  return new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

interface Token {
  readonly revision: number;
  readonly start: string;
}

function readPage(query: Query): { readonly limit: number; readonly token: Token | undefined } {
  const limit = Number(query['limit'] ?? '0');
  const text = query['continue'];
  if (text === undefined || text === '') return { limit: Number.isFinite(limit) ? limit : 0, token: undefined };
  if ((query['resourceVersion'] ?? '') !== '' && query['resourceVersion'] !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  return { limit: Number.isFinite(limit) ? limit : 0, token: decodeToken(text) };
}

// apiserver:pkg/storage/continue.go keeps the same members; clients treat the token as opaque.
function encodeToken(token: Token): string {
  const json = JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: `${token.start}\u0000` });
  return Buffer.from(json).toString('base64url');
}

function decodeToken(text: string): Token {
  const stray = /[^A-Za-z0-9_-]/.exec(text);
  if (stray !== null || text.length % 4 === 1) {
    throw refusedToken(`: illegal base64 data at input byte ${stray?.index ?? text.length - 1}`);
  }
  const json = Buffer.from(text, 'base64url');
  const parsed = parsedToken(json);
  if (parsed === undefined) throw refusedToken(`: ${jsonProblem(json)}`);
  const { v, rv, start } = parsed;
  if (v !== 'meta.k8s.io/v1') {
    throw refusedToken(`: server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`);
  }
  if (typeof rv !== 'number' || rv === 0)
    throw refusedToken(': incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '')
    throw refusedToken(': encoded start key empty (version meta.k8s.io/v1)');
  return { revision: rv, start: start.endsWith('\u0000') ? start.slice(0, -1) : start };
}

function refusedToken(why: string): ApiError {
  return badRequest(`invalid continue token: continue key is not valid${why}`);
}

function parsedToken(
  json: Buffer,
): { readonly v?: unknown; readonly rv?: unknown; readonly start?: unknown } | undefined {
  try {
    const parsed: unknown = JSON.parse(json.toString());
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

// As Go's decoder words the first byte that cannot begin a value or a key; anything later it takes for an early end.
function jsonProblem(json: Buffer): string {
  const text = json.toString('latin1').trimStart();
  const [first] = text;
  if (first !== undefined && !'{["-0123456789tfn'.includes(first))
    return `invalid character ${quoted(first)} looking for beginning of value`;
  const [next] = first === '{' ? text.slice(1).trimStart() : '';
  return next === undefined || next === '"' || next === '}'
    ? 'unexpected end of JSON input'
    : `invalid character ${quoted(next)} looking for beginning of object key string`;
}

function quoted(character: string): string {
  return character === "'" ? String.raw`'\''` : `'${character}'`;
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}
