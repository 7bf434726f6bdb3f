// Schemas of custom resources: a CRD's openAPIV3Schema read as kube-apiserver reads it when it applies and publishes,
// that is with apiVersion, kind and ObjectMeta put in at the root and in embedded resources
// (kubernetes/apiextensions-apiserver:pkg/controller/openapi/builder/builder.go, 1.35).
import { builtinDefinition } from './builtin.js';
/**
 * The schema of a custom resource from `spec.versions[].schema.openAPIV3Schema`. Value validations (pattern, minimum,
 * x-kubernetes-validations, …) stay readable in `source`. Never fails: what is not understood is left out, as structural
 * validation is the API server's own step.
 */
export function schemaFromCrd(openAPIV3Schema) {
  return new CrdField(openAPIV3Schema, true);
}
const objectMetaDefinition = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const none = [];
class CrdField {
  name;
  reference;
  type;
  format;
  enum;
  required;
  default;
  nullable;
  intOrString;
  preserveUnknownFields;
  embeddedResource;
  listType;
  listMapKeys;
  mapType;
  patchStrategy = none;
  patchMergeKey;
  source;
  #resource;
  #properties;
  #items;
  #values;
  constructor(source, root) {
    this.source = source;
    this.type = text(source['type']);
    this.format = text(source['format']);
    this.enum = Array.isArray(source['enum']) ? source['enum'] : undefined;
    this.required = texts(source['required']);
    this.default = source['default'];
    this.nullable = source['nullable'] === true;
    this.intOrString = source['x-kubernetes-int-or-string'] === true;
    this.preserveUnknownFields = source['x-kubernetes-preserve-unknown-fields'] === true;
    this.embeddedResource = source['x-kubernetes-embedded-resource'] === true;
    this.listType = oneOf(source['x-kubernetes-list-type'], listTypes);
    this.listMapKeys = texts(source['x-kubernetes-list-map-keys']);
    this.mapType = oneOf(source['x-kubernetes-map-type'], mapTypes);
    this.#resource = root || this.embeddedResource;
  }
  get properties() {
    if (this.#properties !== undefined) return this.#properties;
    const own = record(this.source['properties']);
    if (own === undefined && !this.#resource) return undefined;
    const properties = new Map();
    for (const [name, schema] of Object.entries(own ?? {})) {
      const fields = record(schema);
      if (fields !== undefined) properties.set(name, new CrdField(fields, false));
    }
    if (this.#resource) addResourceFields(properties);
    this.#properties = properties;
    return properties;
  }
  get items() {
    const items = record(this.source['items']);
    if (items !== undefined) this.#items ??= new CrdField(items, false);
    return this.#items;
  }
  get additionalProperties() {
    const values = this.source['additionalProperties'];
    if (typeof values === 'boolean') return values;
    const schema = record(values);
    if (schema !== undefined) this.#values ??= new CrdField(schema, false);
    return this.#values;
  }
}
function addResourceFields(properties) {
  const meta = builtinDefinition(objectMetaDefinition);
  if (meta !== undefined) properties.set('metadata', meta);
  properties.set('apiVersion', plainString);
  properties.set('kind', plainString);
}
const listTypes = ['atomic', 'set', 'map'];
const mapTypes = ['atomic', 'granular'];
const plainString = new CrdField({ type: 'string' }, false);
function oneOf(value, allowed) {
  return allowed.find((one) => one === value);
}
function text(value) {
  return typeof value === 'string' ? value : undefined;
}
function texts(value) {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : none;
}
function record(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}
