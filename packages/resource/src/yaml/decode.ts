// Node trees to values, with aliases, merge keys, tags and the checks on keys: go-yaml's decoders (decode.go of
// go.yaml.in/yaml v2.4.4 and v3.0.5) for an untyped target. Works off an explicit stack.

import type { Json } from '../json.ts';
import { describeGo, quoteGo } from './go-syntax.ts';
import { YamlError } from './node.ts';
import type { YamlErrorCode, YamlNode } from './node.ts';
import { resolvePlain, resolveTagged } from './resolve.ts';
import type { YamlScalar } from './resolve.ts';
import type { YamlDialect } from './scanner.ts';

export interface DecodeOptions {
  readonly dialect: YamlDialect;
  readonly strict: boolean;
}

type MutableObject = { [key: string]: Json | undefined };

interface SequenceFrame {
  readonly kind: 'sequence';
  readonly node: YamlNode;
  readonly out: Json[];
  next: number;
}

interface MappingFrame {
  readonly kind: 'mapping';
  readonly node: YamlNode;
  readonly out: MutableObject;
  /** Go's map tells 1 from "1": keys seen so far, by type. Only filled in strict sigs mode. */
  readonly seen: Set<string>;
  /** v3: keys that a merge must not write, because an earlier source has them. */
  readonly merged: Set<string> | undefined;
  /** A merged mapping writes into `out` of the one around it, and yields no value of its own. */
  readonly isMerge: boolean;
  next: number;
  key: string;
  mergeNode: YamlNode | undefined;
}

/** The end of what an alias stands for. */
interface AliasFrame {
  readonly kind: 'alias';
  readonly node: YamlNode;
}

/** Mappings still to be merged into `into`. */
interface MergeFrame {
  readonly kind: 'merge';
  readonly sources: readonly YamlNode[];
  readonly into: MappingFrame;
  readonly merged: Set<string> | undefined;
  next: number;
}

type Frame = SequenceFrame | MappingFrame | AliasFrame | MergeFrame;

/** Value of a document or any other node. Throws `YamlError` worded as go-yaml words it, without a prefix. */
export function decodeNode(node: YamlNode, options: DecodeOptions): Json | undefined {
  return new Decoder(options).run(node);
}

const RATIO_RANGE_LOW = 400_000;
const RATIO_RANGE_HIGH = 4_000_000;

function allowedAliasRatio(decoded: number): number {
  if (decoded <= RATIO_RANGE_LOW) return 0.99;
  if (decoded >= RATIO_RANGE_HIGH) return 0.1;
  return 0.99 - 0.89 * ((decoded - RATIO_RANGE_LOW) / (RATIO_RANGE_HIGH - RATIO_RANGE_LOW));
}

class Decoder {
  readonly #options: DecodeOptions;
  readonly #stack: Frame[] = [];
  readonly #openAliases: Set<YamlNode> = new Set();
  readonly #issues: { text: string; line: number; column: number }[] = [];
  #late: YamlError | undefined;
  #decoded = 0;
  #aliased = 0;
  #result: Json = null;

  constructor(options: DecodeOptions) {
    this.#options = options;
  }

  run(node: YamlNode): Json | undefined {
    let root: YamlNode | undefined = node;
    if (node.kind === 'document') {
      this.#decoded++;
      root = node.content[0];
    }
    if (root === undefined) return undefined;
    this.#visit(root, undefined);
    while (this.#stack.length > 0) this.#step();
    const first = this.#issues[0];
    if (first !== undefined) {
      const text = this.#issues.map((issue) => `\n  ${issue.text}`).join('');
      throw new YamlError('DUPLICATE_KEY', `yaml: unmarshal errors:${text}`, first.line, first.column);
    }
    if (this.#late !== undefined) throw this.#late;
    if (this.#result === null && isEmpty(root)) return undefined;
    return this.#result;
  }

  #fail(code: YamlErrorCode, problem: string, node: YamlNode): never {
    throw new YamlError(code, `yaml: ${problem}`, node.line, node.column);
  }

  /** Decodes a node, or opens a frame for it. `merge` sends a mapping's pairs into another mapping. */
  #visit(start: YamlNode, merge: MergeFrame | undefined): void {
    let node = start;
    this.#count(node);
    while (node.kind === 'alias') {
      if (this.#openAliases.has(node))
        this.#fail('ALIAS_EXPANSION', `anchor '${node.value}' value contains itself`, node);
      this.#openAliases.add(node);
      this.#stack.push({ kind: 'alias', node });
      const target = node.alias;
      if (target === undefined) this.#fail('SYNTAX', `unknown anchor '${node.value}' referenced`, node);
      node = target;
      this.#count(node);
    }
    if (node.kind === 'scalar') this.#deliver(this.#scalar(node));
    else if (node.kind === 'sequence') this.#stack.push({ kind: 'sequence', node, out: [], next: 0 });
    else this.#openMapping(node, merge);
  }

  #count(node: YamlNode): void {
    this.#decoded++;
    if (this.#openAliases.size > 0) this.#aliased++;
    if (this.#aliased <= 100 || this.#decoded <= 1000) return;
    if (this.#aliased / this.#decoded > allowedAliasRatio(this.#decoded)) {
      this.#fail('ALIAS_EXPANSION', 'document contains excessive aliasing', node);
    }
  }

  #openMapping(node: YamlNode, merge: MergeFrame | undefined): void {
    if (this.#options.dialect === 'v3' && this.#hasRepeatedKeys(node)) {
      if (merge === undefined) this.#deliver(null);
      else this.#leaveAliases();
      return;
    }
    const into = merge?.into;
    this.#stack.push({
      kind: 'mapping',
      node,
      out: into?.out ?? {},
      seen: into?.seen ?? new Set(),
      merged: merge?.merged,
      isMerge: merge !== undefined,
      next: 0,
      key: '',
      mergeNode: undefined,
    });
  }

  /** v3 compares the texts of keys of the same kind, whatever they mean. */
  #hasRepeatedKeys(node: YamlNode): boolean {
    const { content } = node;
    const first = new Map<string, YamlNode[]>();
    let found = false;
    const repeats: { earlier: YamlNode; later: YamlNode }[] = [];
    for (let i = 0; i < content.length; i += 2) {
      const key = content[i] as YamlNode;
      const id = `${key.kind} ${key.value}`;
      const earlier = first.get(id);
      if (earlier === undefined) {
        first.set(id, [key]);
        continue;
      }
      found = true;
      for (const one of earlier) repeats.push({ earlier: one, later: key });
      if (earlier.length < 100) earlier.push(key);
    }
    if (!found) return false;
    const order = new Map(content.map((key, index) => [key, index]));
    repeats.sort(
      (a, b) =>
        (order.get(a.earlier) ?? 0) - (order.get(b.earlier) ?? 0) ||
        (order.get(a.later) ?? 0) - (order.get(b.later) ?? 0),
    );
    for (const { earlier, later } of repeats) {
      const text = `line ${later.line}: mapping key ${quoteGo(later.value)} already defined at line ${earlier.line}`;
      this.#issues.push({ text, line: later.line, column: later.column });
    }
    return true;
  }

  #step(): void {
    const frame = this.#stack[this.#stack.length - 1] as Frame;
    switch (frame.kind) {
      case 'sequence': {
        const item = frame.node.content[frame.next++];
        if (item !== undefined) return this.#visit(item, undefined);
        this.#stack.pop();
        return this.#deliver(frame.out);
      }
      case 'mapping':
        return this.#stepMapping(frame);
      case 'merge': {
        const source = frame.sources[frame.next++];
        if (source === undefined) this.#stack.pop();
        else this.#visit(source, frame);
        return undefined;
      }
      default:
        // An alias frame is left as soon as its value is delivered, so it is never on top here.
        this.#stack.pop();
        return undefined;
    }
  }

  #stepMapping(frame: MappingFrame): void {
    const { content } = frame.node;
    const key = content[frame.next];
    const value = content[frame.next + 1];
    if (key === undefined || value === undefined) return this.#endMapping(frame);
    frame.next += 2;
    if (isMergeKey(key, this.#options.dialect)) {
      if (this.#options.dialect === 'v3') frame.mergeNode = value;
      else this.#merge(value, frame, undefined);
      return undefined;
    }
    const decoded = this.#key(key);
    const id = `${typeof decoded} ${String(decoded)}`;
    if (frame.merged !== undefined) {
      if (frame.merged.has(id)) return undefined;
      frame.merged.add(id);
    }
    frame.key = this.#keyText(decoded, key);
    if (this.#options.dialect === 'sigs' && this.#options.strict) this.#checkSeen(frame, id, { decoded, value });
    return this.#visit(value, undefined);
  }

  #checkSeen(frame: MappingFrame, id: string, pair: { decoded: YamlScalar; value: YamlNode }): void {
    const { decoded, value } = pair;
    if (frame.seen.has(id)) {
      const shown = typeof decoded === 'string' ? quoteGo(decoded) : decoded === null ? '<nil>' : String(decoded);
      this.#issues.push({
        text: `line ${value.line}: key ${shown} already set in map`,
        line: value.line,
        column: value.column,
      });
    }
    frame.seen.add(id);
  }

  #endMapping(frame: MappingFrame): void {
    const { mergeNode } = frame;
    if (mergeNode !== undefined) {
      frame.mergeNode = undefined;
      const own = frame.merged ?? new Set(this.#ownKeys(frame.node));
      return this.#merge(mergeNode, frame, own);
    }
    this.#stack.pop();
    if (frame.isMerge) this.#leaveAliases();
    else this.#deliver(frame.out);
    return undefined;
  }

  #ownKeys(node: YamlNode): string[] {
    const ids: string[] = [];
    for (let i = 0; i < node.content.length; i += 2) {
      const decoded = this.#key(node.content[i] as YamlNode);
      ids.push(`${typeof decoded} ${String(decoded)}`);
    }
    return ids;
  }

  #merge(value: YamlNode, into: MappingFrame, merged: Set<string> | undefined): void {
    const isMapping = (node: YamlNode): boolean => (node.kind === 'alias' ? node.alias : node)?.kind === 'mapping';
    let sources: YamlNode[] = [value];
    if (value.kind === 'sequence') {
      sources = [...value.content];
      // In v2 the pairs written last win, so the sources go in backwards.
      if (this.#options.dialect === 'sigs') sources.reverse();
    }
    for (const source of sources) {
      if (!isMapping(source)) this.#fail('TYPE', 'map merge requires map or sequence of maps as the value', source);
    }
    this.#stack.push({ kind: 'merge', sources, into, merged, next: 0 });
  }

  #key(node: YamlNode): YamlScalar {
    this.#count(node);
    const target = node.kind === 'alias' ? node.alias : node;
    if (target === undefined || target.kind !== 'scalar') {
      return this.#fail('TYPE', `invalid map key: ${describeGo(node, this.#options.dialect)}`, node);
    }
    if (target !== node) this.#count(target);
    return this.#scalarValue(target);
  }

  /** JSON has string keys only: numbers and booleans are written out, the rest is refused. */
  #keyText(decoded: YamlScalar, node: YamlNode): string {
    if (typeof decoded === 'string') return decoded;
    if (decoded === null) {
      if (this.#options.dialect === 'v3') return 'null';
      this.#late ??= new YamlError(
        'TYPE',
        'unsupported map key of type: %!s(<nil>), key: <nil>',
        node.line,
        node.column,
      );
      return '';
    }
    if (typeof decoded === 'number' && !Number.isInteger(decoded)) return formatFloatKey(decoded);
    return String(decoded);
  }

  #scalar(node: YamlNode): YamlScalar {
    const value = this.#scalarValue(node);
    if (typeof value === 'number' && !Number.isFinite(value) && this.#options.dialect === 'sigs') {
      const shown = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
      this.#late ??= new YamlError('TYPE', `json: unsupported value: ${shown}`, node.line, node.column);
    }
    return value;
  }

  #scalarValue(node: YamlNode): YamlScalar {
    const { dialect } = this.#options;
    const tag = node.tag;
    if (dialect === 'sigs') {
      if (node.tagged !== true) return node.style === 'plain' ? resolvePlain(node.value, dialect) : node.value;
    } else if (tag === '!!str' || ((tag === '' || tag === '!') && node.style !== 'plain')) {
      return node.value;
    }
    const short = dialect === 'v3' && tag === '!' ? '' : tag;
    return resolveTagged(short, node.value, { dialect, line: node.line, column: node.column }).value;
  }

  /** Hands a finished value to the collection around it. */
  #deliver(value: Json): void {
    this.#leaveAliases();
    const frame = this.#stack[this.#stack.length - 1];
    if (frame === undefined) this.#result = value;
    else if (frame.kind === 'sequence') frame.out.push(value);
    else if (frame.kind === 'mapping') setMember(frame.out, frame.key, value);
  }

  #leaveAliases(): void {
    for (;;) {
      const frame = this.#stack[this.#stack.length - 1];
      if (frame?.kind !== 'alias') return;
      this.#openAliases.delete(frame.node);
      this.#stack.pop();
    }
  }
}

/** Sets a member whatever its name: "__proto__" is a name like any other. */
function setMember(object: MutableObject, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

function isMergeKey(node: YamlNode, dialect: YamlDialect): boolean {
  if (node.kind !== 'scalar' || node.value !== '<<') return false;
  if (dialect === 'v3') return node.tag === '' || node.tag === '!' || node.tag === '!!merge';
  return node.tagged === true ? node.tag === '!' || node.tag === '!!merge' : node.style === 'plain';
}

function isEmpty(node: YamlNode): boolean {
  return (
    node.kind === 'scalar' &&
    node.style === 'plain' &&
    node.value === '' &&
    node.tagged !== true &&
    node.anchor === undefined
  );
}

/** Go prints a float key with 32 bits of precision. */
function formatFloatKey(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
  const narrow = Math.fround(value);
  for (let digits = 1; digits <= 17; digits++) {
    const text = narrow.toPrecision(digits);
    if (Math.fround(Number(text)) === narrow) return String(Number(text));
  }
  return String(value);
}
