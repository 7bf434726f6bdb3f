// The paths of an OpenAPI document: one per resource and subresource with the operations discovery names, enough for
// clients that look operations up by kind (dry run and field validation support, explain).
import { formatApiVersion } from '../object.js';
/** The paths object for resource types. `nameOf` says what a kind's definition is called. */
export function apiPaths(types, target, nameOf) {
  const writer = new PathWriter(target, nameOf);
  for (const type of types) writer.add(type);
  return writer.paths;
}
const collectionVerbs = [
  ['get', 'list'],
  ['post', 'create'],
  ['delete', 'deletecollection'],
];
const objectVerbs = [
  ['get', 'get'],
  ['put', 'update'],
  ['patch', 'patch'],
  ['delete', 'delete'],
  ['post', 'create'],
];
const actions = { create: 'post', update: 'put' };
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
class PathWriter {
  paths = {};
  #target;
  #nameOf;
  constructor(target, nameOf) {
    this.#target = target;
    this.#nameOf = nameOf;
  }
  add(type) {
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
  #path(path, type, operations) {
    if (Object.keys(operations).length === 0) return;
    const names = ['name', 'namespace'].filter((name) => path.includes(`{${name}}`));
    const parameters = names.map((name) => this.#parameter(name, 'path', 'string'));
    this.paths[path] = { ...operations, ...(parameters.length === 0 || type.plural === '' ? {} : { parameters }) };
  }
  #operations(kind, verbs, known, result) {
    const operations = {};
    for (const [method, verb] of known) {
      if (verbs.includes(verb)) operations[method] = this.#operation(kind, verb, verb === 'list' ? result : kind);
    }
    return operations;
  }
  #operation(kind, verb, result) {
    const { group, version } = kind;
    return {
      parameters: this.#queryParameters(verb),
      ...this.#body(kind, verb),
      responses: { 200: this.#response(result) },
      'x-kubernetes-action': actions[verb] ?? verb,
      'x-kubernetes-group-version-kind': { group, version, kind: kind.kind },
    };
  }
  #queryParameters(verb) {
    const writes = verb === 'create' || verb === 'update' || verb === 'patch';
    const parameters = [];
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
  #parameter(name, place, type) {
    const required = place === 'path' ? { required: true } : {};
    const unique = { type, uniqueItems: true };
    return this.#target === 'v2'
      ? { name, in: place, ...required, ...unique }
      : { name, in: place, ...required, schema: unique };
  }
  #body(kind, verb) {
    const asks = verb === 'create' || verb === 'update';
    if ((!asks && verb !== 'patch') || kind.kind.endsWith('Options')) return {};
    const name = verb === 'patch' ? 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch' : this.#nameOf(kind);
    if (this.#target === 'v2') return verb === 'patch' ? { consumes: [...patchTypes] } : {};
    const schema = { $ref: `#/components/schemas/${name}` };
    const types = verb === 'patch' ? patchTypes : ['*/*'];
    return { requestBody: { content: Object.fromEntries(types.map((type) => [type, { schema }])), required: true } };
  }
  #response(result) {
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
