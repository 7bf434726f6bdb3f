// The OpenAPI documents: version 3 per group version, version 2 as a whole. Made on demand, kept until types change.

import { createHash } from 'node:crypto';
import type { Json } from '@evenkeel/resource';
import type { Registry } from '../api/registry.ts';
import type { ServedType, Verb } from '../api/served-type.ts';
import { Definitions, type JsonBag } from './definitions.ts';

const info = { title: 'Kubernetes', version: 'v1.35.4' };

/** Makes the documents of a registry. */
export class OpenApiDocuments {
  readonly #registry: Registry;
  readonly #kept = new Map<string, Json>();
  #generation = -1;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** /openapi/v3. */
  index(): Json {
    return this.#keep('index', () => {
      const paths: JsonBag = {};
      for (const [group, versions] of this.#registry.groups()) {
        for (const version of versions) {
          const key = group === '' ? `api/${version}` : `apis/${group}/${version}`;
          paths[key] = { serverRelativeURL: `/openapi/v3/${key}?hash=${this.#hash(group, version)}` };
        }
      }
      return { paths: paths as Json };
    });
  }

  /** /openapi/v3/apis/GROUP/VERSION; undefined where it is not served. */
  groupVersion(group: string, version: string): Json | undefined {
    const types = this.#registry.groupVersion(group, version);
    if (types === undefined) return undefined;
    return this.#keep(`v3/${group}/${version}`, () => {
      const definitions = new Definitions('#/components/schemas/');
      const paths: JsonBag = {};
      for (const type of types) addPaths(paths, type, definitions);
      return { openapi: '3.0.0', info, paths, components: { schemas: definitions.schemas } } as Json;
    });
  }

  /** /openapi/v2. */
  swagger(): Json {
    return this.#keep('v2', () => {
      const definitions = new Definitions('#/definitions/');
      const paths: JsonBag = {};
      for (const type of this.#registry.all()) addPaths(paths, type, definitions);
      return { swagger: '2.0', info, paths, definitions: definitions.schemas } as Json;
    });
  }

  // Changes with what the group version serves.
  #hash(group: string, version: string): string {
    const types = this.#registry.groupVersion(group, version) ?? [];
    const facts = types.map((type) => [type.plural, type.custom?.schema ?? '', [...type.subresources.keys()]]);
    return createHash('sha256').update(JSON.stringify(facts)).digest('hex').toUpperCase();
  }

  #keep(key: string, make: () => Json): Json {
    if (this.#generation !== this.#registry.generation) {
      this.#kept.clear();
      this.#generation = this.#registry.generation;
    }
    let document = this.#kept.get(key);
    if (document === undefined) {
      document = make();
      this.#kept.set(key, document);
    }
    return document;
  }
}

const parameterNames: Readonly<Partial<Record<Verb, readonly string[]>>> = {
  create: ['dryRun', 'fieldManager', 'fieldValidation'],
  update: ['dryRun', 'fieldManager', 'fieldValidation'],
  patch: ['dryRun', 'fieldManager', 'fieldValidation', 'force'],
  delete: ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy'],
};

function addPaths(paths: JsonBag, type: ServedType, definitions: Definitions): void {
  const name = definitions.addType(type);
  const base = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const collection = type.namespaced ? `${base}/namespaces/{namespace}/${type.plural}` : `${base}/${type.plural}`;
  const item = `${collection}/{name}`;
  const context = { type, reference: name === undefined ? undefined : definitions.reference(name) };
  paths[collection] = operations(context, [
    ['get', 'list'],
    ['post', 'create'],
    ['delete', 'deletecollection'],
  ]);
  if (!type.verbs.has('get')) return;
  paths[item] = operations(context, [
    ['get', 'get'],
    ['put', 'update'],
    ['patch', 'patch'],
    ['delete', 'delete'],
  ]);
  for (const sub of type.subresources.values()) {
    const kind = {
      ...type,
      kind: sub.kind,
      group: sub.version === '' ? type.group : sub.group,
      version: sub.version === '' ? type.version : sub.version,
      verbs: sub.verbs,
    };
    const subName = sub.version === '' ? name : definitions.addKind(sub, sub.group, sub.version);
    const reference = subName === undefined ? undefined : definitions.reference(subName);
    paths[`${item}/${sub.name}`] = operations({ type: kind, reference }, [
      ['get', 'get'],
      ['post', 'create'],
      ['put', 'update'],
      ['patch', 'patch'],
    ]);
  }
}

interface OperationContext {
  readonly type: ServedType;
  readonly reference: Json | undefined;
}

function operations({ type, reference }: OperationContext, methods: readonly (readonly [string, Verb])[]): Json {
  const result: JsonBag = {};
  const gvk = { group: type.group, version: type.version, kind: type.kind };
  for (const [method, verb] of methods) {
    if (!type.verbs.has(verb)) continue;
    result[method] = {
      operationId: `${verb}${type.group}${type.version}${type.kind}`.replaceAll('.', ''),
      parameters: (parameterNames[verb] ?? []).map((name) => ({
        name,
        in: 'query',
        schema: { type: name === 'force' ? 'boolean' : 'string' },
      })),
      responses: {
        200: {
          description: 'OK',
          ...(reference === undefined ? {} : { content: { 'application/json': { schema: reference } } }),
        },
      },
      'x-kubernetes-action': verb === 'create' ? 'post' : verb === 'update' ? 'put' : verb,
      'x-kubernetes-group-version-kind': gvk,
    };
  }
  return result as Json;
}
