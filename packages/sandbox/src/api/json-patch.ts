// JSON patch (RFC 6902) and JSON merge patch (RFC 7386) as the API server applies them.

import type { Json } from '@evenkeel/resource';
import { type Bag, type Value, copyValue, isBag, sameValue, setMember, scalarText } from '../store/draft.ts';
import { ApiError, badRequest } from './status.ts';

/** Applies a merge patch; the target is not changed. */
export function mergePatch(target: Value | undefined, patch: Json): Value {
  if (!isBag(patch)) return copyValue(patch) ?? null;
  const result: Bag = isBag(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch as Bag)) {
    if (value === null) delete result[key];
    else if (value !== undefined) setMember(result, key, mergePatch(result[key], value as Json));
  }
  return result;
}

// apiserver:pkg/endpoints/handlers/patch.go limits a patch to this many operations.
const operationsMax = 10_000;

/** Applies a JSON patch; the target is not changed. Throws 400 for an unreadable patch, 422 where it does not apply. */
export function jsonPatch(target: Value, patch: Json): Value {
  if (patch === null) return target;
  if (!Array.isArray(patch)) {
    const what = typeof patch === 'boolean' ? 'bool' : typeof patch;
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${what} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  if (patch.length > operationsMax) {
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${operationsMax}, got ${patch.length}`,
    );
  }
  const holder: Bag = { root: copyValue(target as Json) ?? null };
  for (const operation of patch as readonly Json[]) applyOperation(holder, operation);
  return holder['root'] ?? null;
}

function applyOperation(holder: Bag, operation: Json): void {
  const { op, path, from, value } = isBag(operation) ? operation : {};
  if (typeof path !== 'string') throw notApplicable(`${scalarText(op)} operation does not apply: doc is missing path`);
  if (path !== '' && !path.startsWith('/'))
    throw notApplicable(`${scalarText(op)} operation does not apply: doc is missing path: "${path}": missing value`);
  const at = pointerParts(path);
  switch (scalarText(op)) {
    case 'add':
      return addAt(holder, at, path, copyValue(value as Json) ?? null);
    case 'remove':
      return void removeAt(holder, at, path, 'remove');
    case 'replace':
      removeForReplace(holder, at, path);
      return setAt(holder, at, copyValue(value as Json) ?? null);
    case 'move': {
      const moved = removeAt(holder, pointerParts(scalarText(from)), scalarText(from), 'move');
      return addAt(holder, at, path, moved);
    }
    case 'copy':
      return addAt(
        holder,
        at,
        path,
        copyValue(readAt(holder, pointerParts(scalarText(from)), scalarText(from), 'copy') as Json) ?? null,
      );
    case 'test': {
      const present = tryRead(holder, at);
      if (!sameValue(present ?? null, value ?? null)) throw notApplicable(`testing value ${path} failed: test failed`);
      return undefined;
    }
    default:
      throw notApplicable(`Unexpected kind: ${scalarText(op)}`);
  }
}

/** A patch that does not apply. Requests are not told which operation failed, as upstream; webhooks are. */
export class PatchFailure extends ApiError {
  readonly why: string;

  constructor(why: string) {
    super(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
    this.why = why;
  }
}

function notApplicable(why: string): ApiError {
  return new PatchFailure(why);
}

function pointerParts(path: string): readonly string[] {
  if (path === '') return ['root'];
  return [
    'root',
    ...path
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
  ];
}

function parentOf(holder: Bag, at: readonly string[]): Value | undefined {
  return tryRead(holder, at.slice(0, -1));
}

function tryRead(holder: Bag, at: readonly string[]): Value | undefined {
  let value: Value | undefined = holder;
  for (const part of at) {
    if (Array.isArray(value)) value = value[indexOf(part, value.length)];
    else if (isBag(value)) value = value[part];
    else return undefined;
  }
  return value;
}

function readAt(holder: Bag, at: readonly string[], path: string, verb: string): Value {
  const value = tryRead(holder, at);
  if (value === undefined)
    throw notApplicable(`${verb} operation does not apply: doc is missing key: ${path}: missing value`);
  return value;
}

function addAt(holder: Bag, at: readonly string[], path: string, value: Value): void {
  const parent = parentOf(holder, at);
  const last = at.at(-1) ?? '';
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : indexOf(last, parent.length + 1);
    if (index < 0 || index > parent.length)
      throw notApplicable(`add operation does not apply: doc is missing path: "${path}": missing value`);
    parent.splice(index, 0, value);
  } else if (isBag(parent)) setMember(parent, last, value);
  else throw notApplicable(`add operation does not apply: doc is missing path: "${path}": missing value`);
}

// Upstream's library replaces members that are not there, as long as there is an object to hold them.
function removeForReplace(holder: Bag, at: readonly string[], path: string): void {
  if (tryRead(holder, at) === undefined && !isBag(parentOf(holder, at)))
    throw notApplicable(`replace operation does not apply: doc is missing key: ${path}: missing value`);
}

function setAt(holder: Bag, at: readonly string[], value: Value): void {
  const parent = parentOf(holder, at);
  const last = at.at(-1) ?? '';
  if (Array.isArray(parent)) parent[indexOf(last, parent.length)] = value;
  else if (isBag(parent)) setMember(parent, last, value);
}

function removeAt(holder: Bag, at: readonly string[], path: string, verb: string): Value {
  const parent = parentOf(holder, at);
  if (verb === 'remove' && isBag(parent) && parent[at.at(-1) ?? ''] === undefined)
    throw notApplicable(
      `error in remove for path: '${path}': Unable to remove nonexistent key: ${at.at(-1) ?? ''}: missing value`,
    );
  const value = readAt(holder, at, path, verb);
  const last = at.at(-1) ?? '';
  if (Array.isArray(parent)) parent.splice(indexOf(last, parent.length), 1);
  else if (isBag(parent)) delete parent[last];
  return value;
}

function indexOf(part: string, length: number): number {
  if (!/^(0|[1-9]\d*)$/.test(part)) return -1;
  const index = Number(part);
  return index < length ? index : -1;
}
