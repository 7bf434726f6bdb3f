// JSON Schema documents: the draft they follow, the resources inside them, and how references find their target.
// Mirrors the resolution of github.com/santhosh-tekuri/jsonschema v6, which Helm uses.

import { type Table, type Value, isTable } from '../values/table.ts';

/** The drafts by year or number: 4, 6, 7, 2019, 2020. */
export type Draft = 4 | 6 | 7 | 2019 | 2020;

/** Thrown for a schema that cannot be used; the message is the library's. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** Fetches a schema by absolute URL (without fragment). Throws SchemaError. */
export type SchemaLoader = (url: string) => Value;

/** One (sub)schema in its place. */
export interface SchemaNode {
  readonly value: Value;
  /** URL#pointer, as errors show it. */
  readonly location: string;
  readonly pointer: string;
  readonly document: SchemaDocument;
  /** The base that relative references resolve against. */
  readonly base: string;
  readonly draft: Draft;
}

const DRAFTS: ReadonlyMap<string, Draft> = new Map<string, Draft>([
  ['json-schema.org/draft-04/schema', 4],
  ['json-schema.org/draft-06/schema', 6],
  ['json-schema.org/draft-07/schema', 7],
  ['json-schema.org/draft/2019-09/schema', 2019],
  ['json-schema.org/draft/2020-12/schema', 2020],
  ['json-schema.org/schema', 2020],
]);

/** A set of documents that refer to each other. */
export class SchemaRegistry {
  private readonly documents = new Map<string, SchemaDocument>();
  private readonly load: SchemaLoader;

  constructor(load: SchemaLoader) {
    this.load = load;
  }

  /** Adds a document under an absolute URL. Throws SchemaError for a draft nobody knows. */
  add(url: string, value: Value): SchemaDocument {
    const document = new SchemaDocument(url, value, this);
    this.documents.set(url, document);
    return document;
  }

  /** The schema an absolute URL with fragment points to. Throws SchemaError. */
  resolve(url: string): SchemaNode {
    const hash = url.indexOf('#');
    const base = hash < 0 ? url : url.slice(0, hash);
    const fragment = hash < 0 ? '' : decodeFragment(url.slice(hash + 1));
    for (const document of this.documents.values()) {
      const resource = document.resource(base);
      if (resource !== undefined) return document.fragment(resource, fragment, url);
    }
    const document = this.add(base, this.load(base));
    return document.fragment(document.root, fragment, url);
  }
}

/** One JSON document holding schemas. */
export class SchemaDocument {
  readonly url: string;
  readonly root: SchemaNode;
  private readonly registry: SchemaRegistry;
  private readonly nodes = new Map<string, SchemaNode>();
  private resources: Map<string, SchemaNode> | undefined;
  private readonly anchors = new Map<string, SchemaNode>();
  private readonly dynamicAnchors = new Set<string>();

  constructor(url: string, value: Value, registry: SchemaRegistry) {
    this.url = url;
    this.registry = registry;
    this.root = this.place(value, '', { base: url, draft: 2020 });
  }

  /** The schema below `node` along `tokens`; undefined when there is nothing. */
  child(node: SchemaNode, tokens: readonly string[]): SchemaNode | undefined {
    let value: Value | undefined = node.value;
    let pointer = node.pointer;
    for (const token of tokens) {
      value = isTable(value) ? value.get(token) : Array.isArray(value) ? value[Number(token)] : undefined;
      if (value === undefined) return undefined;
      pointer += `/${escapeToken(token)}`;
    }
    return this.place(value, pointer, node);
  }

  /** The resource with this absolute URL in the document. */
  resource(url: string): SchemaNode | undefined {
    return url === this.url ? this.root : this.index().get(url);
  }

  /** The schema a reference written at `node` points to. Throws SchemaError. */
  reference(node: SchemaNode, reference: string): SchemaNode {
    return this.registry.resolve(joinUrl(node.base, reference));
  }

  /** The schema a decoded fragment names inside a resource. Throws SchemaError. */
  fragment(resource: SchemaNode, fragment: string, url: string): SchemaNode {
    if (fragment === '') return resource;
    if (fragment.startsWith('/')) return this.pointer(resource, fragment, url);
    this.index();
    const found = this.anchors.get(`${resource.base}#${fragment}`);
    if (found !== undefined) return found;
    throw new SchemaError(`anchor in ${JSON.stringify(url)} not found in schema ${JSON.stringify(resource.base)}`);
  }

  /** The schema that `$dynamicAnchor: name` marks in the resource of `node`. */
  dynamicAnchor(node: SchemaNode, name: string): SchemaNode | undefined {
    this.index();
    const key = `${node.base}#${name}`;
    return this.dynamicAnchors.has(key) ? this.anchors.get(key) : undefined;
  }

  private pointer(resource: SchemaNode, fragment: string, url: string): SchemaNode {
    let at: SchemaNode | undefined = resource;
    for (const token of fragment.split('/').slice(1)) {
      at = this.child(at, [token.replaceAll('~1', '/').replaceAll('~0', '~')]);
      if (at === undefined) throw new SchemaError(`json-pointer in ${JSON.stringify(url)} not found`);
    }
    return at;
  }

  private place(value: Value, pointer: string, parent: { readonly base: string; readonly draft: Draft }): SchemaNode {
    const known = this.nodes.get(pointer);
    if (known !== undefined) return known;
    const draft = isTable(value) ? draftOf(value, parent.draft, this.url) : parent.draft;
    const id = isTable(value) ? idOf(value, draft) : '';
    const base = id === '' ? parent.base : joinUrl(parent.base, id).replace(/#.*$/s, '');
    const location = `${this.url}#${pointer.split('/').map(encodePathSegment).join('/')}`;
    const node: SchemaNode = { value, location, pointer, document: this, base, draft };
    this.nodes.set(pointer, node);
    return node;
  }

  /** Finds every $id and anchor, once. */
  private index(): Map<string, SchemaNode> {
    if (this.resources !== undefined) return this.resources;
    this.resources = new Map();
    const visit = (node: SchemaNode): void => {
      if (isTable(node.value)) this.indexNode(node, node.value);
      const keys = isTable(node.value)
        ? [...node.value.keys()]
        : Array.isArray(node.value)
          ? [...node.value.keys()]
          : [];
      for (const key of keys) {
        if (key === 'enum' || key === 'const' || key === 'default' || key === 'examples') continue;
        const child = this.child(node, [String(key)]);
        if (child !== undefined) visit(child);
      }
    };
    visit(this.root);
    return this.resources;
  }

  private indexNode(node: SchemaNode, value: Table): void {
    const id = idOf(value, node.draft);
    if (id !== '' && !id.startsWith('#')) this.resources?.set(node.base, node);
    const fragment = node.draft < 2019 && id.includes('#') ? id.slice(id.indexOf('#') + 1) : '';
    if (fragment !== '') this.anchors.set(`${node.base}#${fragment}`, node);
    for (const keyword of ['$anchor', '$dynamicAnchor']) {
      const name = value.get(keyword);
      if (typeof name !== 'string' || node.draft < 2019) continue;
      this.anchors.set(`${node.base}#${name}`, node);
      if (keyword === '$dynamicAnchor') this.dynamicAnchors.add(`${node.base}#${name}`);
    }
  }
}

function draftOf(value: Table, inherited: Draft, url: string): Draft {
  const schema = value.get('$schema');
  if (typeof schema !== 'string') return inherited;
  const known = DRAFTS.get(schema.replace(/^https?:\/\//, '').replace(/#$/, ''));
  if (known !== undefined) return known;
  // Helm would fetch a metaschema of one's own; its vocabulary can only be guessed at without it.
  throw new SchemaError(
    `invalid $schema in ${JSON.stringify(`${url}#`)}: metaschema ${JSON.stringify(schema)} is not supported`,
  );
}

function idOf(value: Table, draft: Draft): string {
  // A sibling of $ref is ignored before 2019-09, $id included.
  if (draft < 2019 && value.has('$ref')) return '';
  const id = value.get(draft === 4 ? 'id' : '$id');
  return typeof id === 'string' ? id : '';
}

function joinUrl(base: string, reference: string): string {
  if (reference.startsWith('#')) return `${base}${reference}`;
  try {
    return new URL(reference, base).href;
  } catch {
    throw new SchemaError(`error in parsing ${JSON.stringify(reference)}: invalid URL`);
  }
}

function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    throw new SchemaError(`error in parsing ${JSON.stringify(`#${fragment}`)}: invalid URL escape`);
  }
}

/** Escapes a token of a JSON pointer. */
export function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** url.PathEscape. */
function encodePathSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll(/%(?:24|26|2B|3A|3D|40)/g, decodeURIComponent);
}
