// RFC 6902 JSON patches as evanphx/json-patch applies them, in the two versions that Kubernetes' tools use.

import { jsonEquals } from './json-merge-patch.ts';
import { isJsonArray, isJsonObject, unescapeToken } from './json-pointer.ts';
import { stringifyJson } from './json-text.ts';
import type { Json, JsonObject } from './json.ts';

export type JsonPatchOp = 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';

export interface JsonPatchOperation {
  readonly op: JsonPatchOp;
  readonly path: string;
  readonly from?: string;
  readonly value?: Json;
}

export type JsonPatchErrorCode = 'INVALID' | 'MISSING' | 'INVALID_INDEX' | 'TEST_FAILED' | 'SIZE';

/** A patch that cannot be read or does not apply. `message` is evanphx/json-patch's wording. */
export class JsonPatchError extends Error {
  override readonly name = 'JsonPatchError';
  readonly code: JsonPatchErrorCode;
  /** Index of the operation in the patch. */
  readonly index: number;
  constructor(code: JsonPatchErrorCode, message: string, index: number) {
    super(message);
    this.code = code;
    this.index = index;
  }
}

export interface JsonPatchOptions {
  /**
   * 'v5' (default): Helm and Flux. 'v4': kustomize and the API server, where replacing a missing member adds it,
   * copying a missing one copies null, and the whole document cannot be added.
   */
  readonly version?: 'v4' | 'v5';
  /** v5: removing what is not there is no error. */
  readonly allowMissingPathOnRemove?: boolean;
  /** Bytes of JSON that "copy" operations may add in all. */
  readonly copySizeMax?: number;
}

/**
 * Checks a patch read from a file or a request. Throws `JsonPatchError` (INVALID) for anything that is not a list of
 * operations with the members they need. Mirrors evanphx/json-patch v5.9.11 patch.go `validatePatch`; v4 finds what is
 * missing only when it applies the operation, and so does `applyJsonPatch`.
 */
export function decodeJsonPatch(patch: Json, options: Pick<JsonPatchOptions, 'version'> = {}): JsonPatchOperation[] {
  if (!isJsonArray(patch)) throw new JsonPatchError('INVALID', 'invalid state detected', 0);
  return patch.map((operation, index) => {
    const problem = options.version === 'v4' && isJsonObject(operation) ? undefined : problemOf(operation);
    if (problem === undefined) return operation as unknown as JsonPatchOperation;
    const shown = stringifyJson(operation, { sortKeys: true, escapeHtml: true });
    throw new JsonPatchError('INVALID', `invalid operation ${shown}: ${problem}`, index);
  });
}

function problemOf(operation: Json): string | undefined {
  if (!isJsonObject(operation)) return 'unsupported operation';
  const [op, value, from, path] = ['op', 'value', 'from', 'path'].map((member) => operation[member]);
  if (op === 'add' || op === 'replace') {
    if (value === undefined) return "failed to decode 'value': operation, missing value field: missing value";
  } else if (op === 'move' || op === 'copy') {
    if (typeof from !== 'string') return "failed to decode 'from': operation, missing from field: missing value";
  } else if (op !== 'remove' && op !== 'test') {
    return 'unsupported operation';
  }
  if (typeof path !== 'string') return "failed to decode 'path': operation missing path field: missing value";
  return undefined;
}

/** The document after a patch; neither argument is changed, and unchanged parts are shared. Throws `JsonPatchError`. */
export function applyJsonPatch(
  document: Json,
  patch: readonly JsonPatchOperation[],
  options: JsonPatchOptions = {},
): Json {
  const patcher = new Patcher(document, options);
  for (const [index, operation] of patch.entries()) patcher.apply(operation, index);
  return patcher.document;
}

/** A container that holds what a path names, with the way to it. */
interface Target {
  readonly container: readonly Json[] | JsonObject;
  readonly key: string;
  readonly parents: readonly { readonly container: readonly Json[] | JsonObject; readonly key: string }[];
}

const MISSING = 'missing value';
const INVALID_INDEX = 'invalid index referenced';

class Patcher {
  document: Json;
  readonly #v4: boolean;
  readonly #options: JsonPatchOptions;
  #index = 0;
  #copied = 0;

  constructor(document: Json, options: JsonPatchOptions) {
    this.document = document;
    this.#options = options;
    this.#v4 = options.version === 'v4';
  }

  apply(operation: JsonPatchOperation, index: number): void {
    this.#index = index;
    this.#checkMembers(operation);
    switch (operation.op) {
      case 'add':
        return this.#add(operation);
      case 'remove':
        return this.#remove(operation.path);
      case 'replace':
        return this.#replace(operation);
      case 'move':
        return this.#move(operation);
      case 'copy':
        return this.#copy(operation);
      case 'test':
        return this.#test(operation);
      default:
        return this.#fail('INVALID', `Unexpected kind: ${String(operation.op)}`);
    }
  }

  /** Patches that were not decoded with v5's checks may lack members, whatever their type says. */
  #checkMembers(operation: Partial<JsonPatchOperation>): void {
    const { op, path, from } = operation;
    if ((op === 'move' || op === 'copy') && typeof from !== 'string') {
      this.#fail('INVALID', `${op} operation failed to decode from: operation, missing from field: ${MISSING}`);
    }
    if (typeof path === 'string' || op === undefined) return;
    const terse = op === 'add' || op === 'remove' || op === 'copy';
    this.#fail(
      'INVALID',
      `${op} operation failed to decode path: ${terse ? '' : 'operation missing path field: '}${MISSING}`,
    );
  }

  #fail(code: JsonPatchErrorCode, message: string): never {
    throw new JsonPatchError(code, message, this.#index);
  }

  #add({ path, value = null }: JsonPatchOperation): void {
    if (path === '' && !this.#v4) {
      this.document = value;
      return;
    }
    const target = this.#find(path);
    if (target === undefined)
      return this.#fail('MISSING', `add operation does not apply: doc is missing path: "${path}": ${MISSING}`);
    return this.#insert(target, value, (problem) => `error in add for path: '${path}': ${problem}`);
  }

  #remove(path: string): void {
    const lenient = this.#options.allowMissingPathOnRemove === true && !this.#v4;
    const target = this.#find(path);
    if (target === undefined) {
      if (lenient) return undefined;
      return this.#fail('MISSING', `remove operation does not apply: doc is missing path: "${path}": ${MISSING}`);
    }
    try {
      this.#take(target, (problem) => `error in remove for path: '${path}': ${problem}`);
    } catch (error) {
      const missing = error instanceof JsonPatchError && (error.code === 'MISSING' || error.code === 'INVALID_INDEX');
      if (!lenient || !missing) throw error;
    }
    return undefined;
  }

  #replace({ path, value = null }: JsonPatchOperation): void {
    if (path === '') {
      if (!isJsonArray(value) && !isJsonObject(value)) {
        return this.#fail('INVALID', 'replace operation value must be object or array: %!w(<nil>)');
      }
      this.document = value;
      return undefined;
    }
    const target = this.#find(path);
    if (target === undefined)
      return this.#fail('MISSING', `replace operation does not apply: doc is missing path: ${path}: ${MISSING}`);
    const { container, key } = target;
    const found = isJsonArray(container)
      ? this.#elementIndex(container, key, 0).index !== undefined
      : this.#v4 || hasMember(container, key);
    if (!found)
      return this.#fail('MISSING', `replace operation does not apply: doc is missing key: ${path}: ${MISSING}`);
    if (isJsonArray(container)) {
      const { index = 0 } = this.#elementIndex(container, key, 0);
      this.#put(target, container.with(index, value));
    } else {
      this.#put(target, { ...container, [key]: value });
    }
    return undefined;
  }

  #move({ from = '', path }: JsonPatchOperation): void {
    if (from === '' && !this.#v4)
      return this.#fail('INVALID', 'unable to move entire document to another path: invalid state detected');
    const source = this.#find(from);
    if (source === undefined)
      return this.#fail('MISSING', `move operation does not apply: doc is missing from path: ${from}: ${MISSING}`);
    const word = (problem: string): string => `error in move for path: '${source.key}': ${problem}`;
    if (!this.#v4) this.#get(source, word);
    const value = this.#take(source, word);
    const target = this.#find(path);
    if (target === undefined)
      return this.#fail(
        'MISSING',
        `move operation does not apply: doc is missing destination path: ${path}: ${MISSING}`,
      );
    return this.#insert(target, value, (problem) => `error in move for path: '${path}': ${problem}`);
  }

  #copy({ from = '', path }: JsonPatchOperation): void {
    if (from === '' && !this.#v4) {
      this.#copyTo(path, this.document);
      return undefined;
    }
    const source = this.#find(from);
    if (source === undefined) {
      const shown = this.#v4 ? from : `"${from}"`;
      return this.#fail('MISSING', `copy operation does not apply: doc is missing from path: ${shown}: ${MISSING}`);
    }
    const value = this.#get(source, (problem) => `error in copy for from: '${from}': ${problem}`) ?? null;
    return this.#copyTo(path, value);
  }

  #copyTo(path: string, value: Json): void {
    const target = this.#find(path);
    if (target === undefined)
      return this.#fail(
        'MISSING',
        `copy operation does not apply: doc is missing destination path: ${path}: ${MISSING}`,
      );
    this.#countCopy(value);
    return this.#insert(target, value, (problem) => `error while adding value during copy: ${problem}`);
  }

  #countCopy(value: Json): void {
    const { copySizeMax } = this.#options;
    if (copySizeMax === undefined) return;
    this.#copied += new TextEncoder().encode(stringifyJson(value)).length;
    if (this.#copied <= copySizeMax) return;
    this.#fail(
      'SIZE',
      `Unable to complete the copy, the accumulated size increase of copy is ${this.#copied}, exceeding the limit ${copySizeMax}`,
    );
  }

  #test({ path, value }: JsonPatchOperation): void {
    let found: Json | undefined = this.document;
    if (path !== '') {
      const target = this.#find(path);
      if (target === undefined)
        return this.#fail('MISSING', `test operation does not apply: is missing path: ${path}: ${MISSING}`);
      // A missing member passes for null.
      found =
        hasMember(target.container, target.key) || isJsonArray(target.container)
          ? this.#get(target, (problem) => `error in test for path: '${path}': ${problem}`)
          : null;
    }
    if (!jsonEquals(found ?? null, value ?? null))
      this.#fail('TEST_FAILED', `testing value ${path} failed: test failed`);
    return undefined;
  }

  /** The container a path ends in; undefined where the way to it is missing or leads through a scalar. */
  #find(path: string): Target | undefined {
    const [first, ...tokens] = path.split('/').map(unescapeToken);
    const key = tokens.pop();
    if (key === undefined || first === undefined) return path === '' && !this.#v4 ? this.#rootTarget() : undefined;
    const parents: { container: readonly Json[] | JsonObject; key: string }[] = [];
    let container: Json | undefined = this.document;
    for (const token of tokens) {
      if (isJsonArray(container)) {
        const { index } = this.#elementIndex(container, token, 0);
        if (index === undefined) return undefined;
        parents.push({ container, key: String(index) });
        container = container[index];
      } else if (isJsonObject(container)) {
        if (!hasMember(container, token)) return undefined;
        parents.push({ container, key: token });
        container = container[token];
      } else return undefined;
    }
    return isJsonArray(container) || isJsonObject(container) ? { container, key, parents } : undefined;
  }

  /** v5 takes the empty path for the member "" of the document where it does not mean the whole. */
  #rootTarget(): Target | undefined {
    const { document } = this;
    return isJsonArray(document) || isJsonObject(document) ? { container: document, key: '', parents: [] } : undefined;
  }

  #get(target: Target, word: (problem: string) => string): Json | undefined {
    const { container, key } = target;
    if (isJsonArray(container)) return container[this.#needElement(container, key, word)];
    if (hasMember(container, key)) return container[key];
    if (this.#v4) return undefined;
    return this.#fail('MISSING', word(`unable to get nonexistent key: ${key}: ${MISSING}`));
  }

  /** Removes and returns. */
  #take(target: Target, word: (problem: string) => string): Json {
    const { container, key } = target;
    if (isJsonArray(container)) {
      const index = this.#needElement(container, key, word);
      this.#put(target, container.toSpliced(index, 1));
      return container[index] ?? null;
    }
    if (!hasMember(container, key)) {
      const verb = this.#v4 ? 'Unable' : 'unable';
      return this.#fail('MISSING', word(`${verb} to remove nonexistent key: ${key}: ${MISSING}`));
    }
    this.#put(target, Object.fromEntries(Object.entries(container).filter(([name]) => name !== key)));
    return container[key] ?? null;
  }

  #insert(target: Target, value: Json, word: (problem: string) => string): void {
    const { container, key } = target;
    if (!isJsonArray(container)) return this.#put(target, { ...container, [key]: value });
    if (key === '-') return this.#put(target, [...container, value]);
    const { index, problem } = this.#elementIndex(container, key, 1);
    if (index === undefined) {
      const syntax = problem.startsWith('strconv');
      const shown = syntax ? `value was not a proper array index: '${key}': ${problem}` : problem;
      return this.#fail(syntax ? 'INVALID' : 'INVALID_INDEX', word(shown));
    }
    return this.#put(target, container.toSpliced(index, 0, value));
  }

  #needElement(array: readonly Json[], key: string, word: (problem: string) => string): number {
    const { index, problem } = this.#elementIndex(array, key, 0);
    if (index !== undefined) return index;
    return this.#fail(problem.startsWith('strconv') ? 'INVALID' : 'INVALID_INDEX', word(problem));
  }

  /** Go's Atoi with negative indices counting from the end; `extra` is 1 where an element may be put behind the last. */
  #elementIndex(array: readonly Json[], key: string, extra: 0 | 1): { index: number | undefined; problem: string } {
    if (!/^[-+]?[0-9]+$/.test(key)) {
      return { index: undefined, problem: `strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax` };
    }
    const index = Number(key);
    const length = array.length + extra;
    if (index >= length || index < -length) {
      return { index: undefined, problem: `Unable to access invalid index: ${index}: ${INVALID_INDEX}` };
    }
    return { index: index < 0 ? index + length : index, problem: '' };
  }

  /** Puts a changed container in its place, copying the containers around it. */
  #put(target: Target, changed: readonly Json[] | JsonObject): void {
    let value = changed;
    for (const { container, key } of target.parents.toReversed()) {
      value = isJsonArray(container) ? container.with(Number(key), value) : { ...container, [key]: value };
    }
    this.document = value;
  }
}

function hasMember(container: readonly Json[] | JsonObject, key: string): boolean {
  return isJsonObject(container) && Object.hasOwn(container, key) && container[key] !== undefined;
}
