// The paths of an OpenAPI document: one per resource and subresource with the operations discovery names, enough for
// clients that look operations up by kind (dry run and field validation support, explain).

import type { Json, JsonObject } from '../json.ts';
import { formatApiVersion } from '../object.ts';
import type { ResourceType } from './field-schema.ts';

type Kind = Pick<ResourceType, 'group' | 'version' | 'kind'>;

/** The paths object for resource types. `nameOf` says what a kind's definition is called. */
export function apiPaths(
  types: readonly ResourceType[],
  target: 'v2' | 'v3',
  nameOf: (kind: Kind) => string,
): JsonObject {
  const writer = new PathWriter(target, nameOf);
  for (const type of types) writer.add(type);
  return writer.paths;
}

const collectionVerbs = [
  ['get', 'list'],
  ['post', 'create'],
  ['delete', 'deletecollection'],
] as const;
const objectVerbs = [
  ['get', 'get'],
  ['put', 'update'],
  ['patch', 'patch'],
  ['delete', 'delete'],
  ['post', 'create'],
] as const;
const actions: Readonly<Record<string, string>> = { create: 'post', update: 'put' };
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
] as const;

class PathWriter {
  readonly paths: Record<string, JsonObject> = {};
  readonly #target: 'v2' | 'v3';
  readonly #nameOf: (kind: Kind) => string;

  constructor(target: 'v2' | 'v3', nameOf: (kind: Kind) => string) {
    this.#target = target;
    this.#nameOf = nameOf;
  }

  add(type: ResourceType): void {
    const root = type.group === '' ? '/api' : '/apis';
    const base = `${root}/${formatApiVersion(type.group, type.version)}`;
    const collection = `${base}/${type.namespaced ? 'namespaces/{namespace}/' : ''}${type.plural}`;
    const list = { ...type, kind: `${type.kind}List` };
    this.#path(collection, type, this.#operations(type, type.verbs, collectionVerbs, list));
    if (type.namespaced && type.verbs.includes('list')) {
      this.#path(`${base}/${type.plural}`, type, this.#operations(type, ['list'], collectionVerbs, list));
    }
    const object = `${collection}/{name}`;
    const objectOnly = type.verbs.filter((verb) => verb !== 'create');
    this.#path(object, type, this.#operations(type, objectOnly, objectVerbs, type));
    for (const subresource of type.subresources) {
      this.#path(
        `${object}/${subresource.name}`,
        type,
        this.#operations(subresource, subresource.verbs, objectVerbs, subresource),
      );
    }
  }

  #path(path: string, type: ResourceType, operations: JsonObject): void {
    if (Object.keys(operations).length === 0) return;
    const names = ['name', 'namespace'].filter((name) => path.includes(`{${name}}`));
    const parameters = names.map((name) => this.#parameter(name, 'path', 'string'));
    this.paths[path] = { ...operations, ...(parameters.length === 0 || type.plural === '' ? {} : { parameters }) };
  }

  #operations(
    kind: Kind,
    verbs: readonly string[],
    known: readonly (readonly [method: string, verb: string])[],
    result: Kind,
  ): JsonObject {
    const operations: Record<string, JsonObject> = {};
    for (const [method, verb] of known) {
      if (verbs.includes(verb)) operations[method] = this.#operation(kind, verb, verb === 'list' ? result : kind);
    }
    return operations;
  }

  #operation(kind: Kind, verb: string, result: Kind): JsonObject {
    const { group, version } = kind;
    return {
      parameters: this.#queryParameters(verb),
      ...this.#body(kind, verb),
      responses: { 200: this.#response(result) },
      'x-kubernetes-action': actions[verb] ?? verb,
      'x-kubernetes-group-version-kind': { group, version, kind: kind.kind },
    };
  }

  #queryParameters(verb: string): Json[] {
    const writes = verb === 'create' || verb === 'update' || verb === 'patch';
    const parameters: JsonObject[] = [];
    if (writes || verb.startsWith('delete')) parameters.push(this.#parameter('dryRun', 'query', 'string'));
    if (writes) {
      parameters.push(
        this.#parameter('fieldManager', 'query', 'string'),
        this.#parameter('fieldValidation', 'query', 'string'),
      );
    }
    if (verb === 'patch') parameters.push(this.#parameter('force', 'query', 'boolean'));
    return parameters;
  }

  #parameter(name: string, place: 'path' | 'query', type: string): JsonObject {
    const required = place === 'path' ? { required: true } : {};
    const unique = { type, uniqueItems: true };
    return this.#target === 'v2'
      ? { name, in: place, ...required, ...unique }
      : { name, in: place, ...required, schema: unique };
  }

  #body(kind: Kind, verb: string): JsonObject {
    const asks = verb === 'create' || verb === 'update';
    if ((!asks && verb !== 'patch') || kind.kind.endsWith('Options')) return {};
    const name = verb === 'patch' ? 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch' : this.#nameOf(kind);
    if (this.#target === 'v2') return verb === 'patch' ? { consumes: [...patchTypes] } : {};
    const schema = { $ref: `#/components/schemas/${name}` };
    const types = verb === 'patch' ? patchTypes : ['*/*'];
    return { requestBody: { content: Object.fromEntries(types.map((type) => [type, { schema }])), required: true } };
  }

  #response(result: Kind): JsonObject {
    // exec, proxy and their like take options in the query and answer with a stream.
    if (result.kind.endsWith('Options')) {
      const schema = { type: 'string' };
      return { description: 'OK', ...(this.#target === 'v2' ? { schema } : { content: { '*/*': { schema } } }) };
    }
    const name = this.#nameOf(result);
    if (this.#target === 'v2') return { description: 'OK', schema: { $ref: `#/definitions/${name}` } };
    return { description: 'OK', content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } };
  }
}
