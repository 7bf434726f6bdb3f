// Node trees to values, with aliases, merge keys, tags and the checks on keys: go-yaml's decoders (decode.go of
// go.yaml.in/yaml v2.4.4 and v3.0.5) for an untyped target. Works off an explicit stack.

import type { Json } from '../json.ts';
import { describeGo, formatGoFloat, quoteGo } from './go-syntax.ts';
import { YamlError } from './node.ts';
import type { YamlErrorCode, YamlNode } from './node.ts';
import { isIntegerText, resolvePlain, resolveTagged } from './resolve.ts';
import type { YamlScalar } from './resolve.ts';
import type { YamlDialect } from './scan-state.ts';

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
  /** v3 makes a map with string keys when all keys are strings; what is merged into it has to fit. */
  readonly stringKeys: boolean;
  next: number;
  key: string;
  pending: { readonly decoded: YamlScalar; readonly value: YamlNode } | undefined;
  mergeNode: YamlNode | undefined;
}

interface KeyPair {
  readonly key: YamlNode;
  readonly value: YamlNode;
  readonly out: MutableObject;
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

const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
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
  readonly #openAliases: Set<YamlNode>;
  readonly #issues: { text: string; line: number; column: number }[] = [];
  /** The first problem that Go meets only when it turns the loaded value into JSON. */
  #late: { readonly id: string; readonly out: MutableObject; readonly error: () => YamlError } | undefined;
  /** The first infinity or NaN: JSON has none, but a later value of the same key may replace it. */
  #unbounded: YamlNode | undefined;
  #decoded = 0;
  #aliased = 0;
  #result: Json = null;

  constructor(options: DecodeOptions, openAliases: Set<YamlNode> = new Set()) {
    this.#options = options;
    this.#openAliases = openAliases;
  }

  run(node: YamlNode): Json | undefined {
    let root: YamlNode | undefined = node;
    if (node.kind === 'document') {
      this.#decoded++;
      root = node.content[0];
    }
    if (root === undefined) return undefined;
    this.#decode(root);
    const first = this.#issues[0];
    if (first !== undefined) {
      const text = this.#issues.map((issue) => `\n  ${issue.text}`).join('');
      throw new YamlError('DUPLICATE_KEY', `yaml: unmarshal errors:${text}`, first.line, first.column);
    }
    if (this.#late !== undefined) throw this.#late.error();
    if (this.#unbounded !== undefined && this.#options.dialect === 'sigs')
      refuseUnbounded(this.#result, this.#unbounded);
    if (this.#result === null && isEmpty(root)) return undefined;
    return this.#result;
  }

  #decode(root: YamlNode): void {
    this.#visit(root, undefined);
    while (this.#stack.length > 0) this.#step();
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
      stringKeys: into?.stringKeys ?? (this.#options.dialect === 'v3' && hasStringKeys(node)),
      next: 0,
      key: '',
      pending: undefined,
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
        if (source === undefined) {
          this.#stack.pop();
          return undefined;
        }
        if ((source.kind === 'alias' ? source.alias : source)?.kind !== 'mapping') {
          this.#fail('TYPE', 'map merge requires map or sequence of maps as the value', source);
        }
        return this.#visit(source, frame);
      }
      case 'alias':
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
    const decoded = frame.isMerge && frame.stringKeys ? this.#stringKey(key) : this.#key(key);
    if (decoded === undefined) return undefined;
    const id = `${typeof decoded} ${String(decoded)}`;
    if (frame.merged !== undefined) {
      if (frame.merged.has(id)) return undefined;
      frame.merged.add(id);
    }
    frame.key = this.#keyText(decoded, { key, value, out: frame.out });
    frame.pending = { decoded, value };
    return this.#visit(value, undefined);
  }

  /** Strict sigs mode: a key may be set once, counting what merges set. */
  #checkSeen(frame: MappingFrame): void {
    if (frame.pending === undefined) return;
    const { decoded, value } = frame.pending;
    const id = `${typeof decoded} ${String(decoded)}`;
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
    let sources: YamlNode[] = [value];
    if (value.kind === 'sequence') {
      sources = [...value.content];
      // In v2 the pairs written last win, so the sources go in backwards.
      if (this.#options.dialect === 'sigs') sources.reverse();
    }
    this.#stack.push({ kind: 'merge', sources, into, merged, next: 0 });
  }

  /** A key of a mapping that is merged into one with string keys: its text, or nothing for null. */
  #stringKey(node: YamlNode): string | undefined {
    const target = node.kind === 'alias' ? (node.alias ?? node) : node;
    if (target.kind === 'scalar') {
      const value = this.#key(node);
      return value === null ? undefined : target.tag === '!!binary' ? String(value) : target.value;
    }
    this.#count(node);
    const kind = target.kind === 'mapping' ? '!!map' : '!!seq';
    const text = `line ${target.line}: cannot unmarshal ${kind} into string`;
    this.#issues.push({ text, line: target.line, column: target.column });
    return undefined;
  }

  #key(node: YamlNode): YamlScalar {
    this.#count(node);
    const target = node.kind === 'alias' ? node.alias : node;
    if (target === undefined || target.kind !== 'scalar') {
      const bad = firstBadKey(node);
      // What is wrong inside the key comes first; this also bounds what there is to describe.
      new Decoder(this.#options, this.#openAliases).#decode(bad);
      return this.#fail('TYPE', `invalid map key: ${describeGo(bad, this.#options.dialect)}`, bad);
    }
    if (target !== node) this.#count(target);
    return this.#scalarValue(target);
  }

  /** JSON has string keys only: numbers and booleans are written out, the rest is refused. */
  #keyText(decoded: YamlScalar, pair: KeyPair): string {
    if (typeof decoded === 'string') return decoded;
    if (typeof decoded === 'number' && isFloat(pair.key)) return formatFloatKey(decoded);
    if (decoded === null) this.#refuseKey('%!s(<nil>)', '<nil>', pair);
    if (typeof decoded === 'bigint' && decoded > INT64_MAX)
      this.#refuseKey('uint64', `0x${decoded.toString(16)}`, pair);
    return String(decoded);
  }

  #refuseKey(type: string, shown: string, pair: KeyPair): void {
    const { dialect } = this.#options;
    // A repetition of the key takes the place of the one before.
    const repeats = this.#late !== undefined && this.#late.out === pair.out && this.#late.id === shown;
    if (dialect === 'v3' || (this.#late !== undefined && !repeats)) return;
    const error = (): YamlError => {
      const value = describeGo(pair.value, dialect).replace(/^interface \{\}\(nil\)$/, '<nil>');
      const problem = `unsupported map key of type: ${type}, key: ${shown}, value: ${value}`;
      return new YamlError('TYPE', problem, pair.key.line, pair.key.column);
    };
    this.#late = { id: shown, out: pair.out, error };
  }

  #scalar(node: YamlNode): YamlScalar {
    const value = this.#scalarValue(node);
    if (typeof value === 'number' && !Number.isFinite(value)) this.#unbounded ??= node;
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
    else if (frame.kind === 'mapping') {
      if (this.#options.dialect === 'sigs' && this.#options.strict) this.#checkSeen(frame);
      setMember(frame.out, frame.key, value);
    }
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

function refuseUnbounded(result: Json, node: YamlNode): void {
  const pending: (Json | undefined)[] = [result];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new YamlError('TYPE', `json: unsupported value: ${formatGoFloat(value)}`, node.line, node.column);
    }
    if (typeof value !== 'object' || value === null) continue;
    for (const member of Object.values(value).reverse()) pending.push(member);
  }
}

/** A key that is a collection is refused from the inside out: "{{ x }}" fails at its inner braces. */
function firstBadKey(key: YamlNode): YamlNode {
  let bad = key;
  for (let depth = 0; depth < BAD_KEY_DEPTH_MAX; depth++) {
    const inner = innerBadKey(bad);
    if (inner === undefined) return bad;
    bad = inner;
  }
  return bad;
}

const BAD_KEY_DEPTH_MAX = 1000;

function innerBadKey(node: YamlNode): YamlNode | undefined {
  const pending = [node.kind === 'alias' ? (node.alias ?? node) : node];
  for (let seen = 0; pending.length > 0 && seen < BAD_KEY_DEPTH_MAX; seen++) {
    const next = pending.pop() as YamlNode;
    const children: YamlNode[] = [];
    for (const [i, child] of next.content.entries()) {
      const target = child.kind === 'alias' ? (child.alias ?? child) : child;
      if (next.kind === 'mapping' && i % 2 === 0 && target.kind !== 'scalar') return child;
      if (child.kind !== 'scalar') children.push(target);
    }
    pending.push(...children.reverse());
  }
  return undefined;
}

/** go-yaml's isStringMap. */
function hasStringKeys(node: YamlNode): boolean {
  return node.content.every((key, i) => {
    if (i % 2 === 1) return true;
    const target = key.kind === 'alias' ? (key.alias ?? key) : key;
    return target.kind === 'scalar' && (target.tag === '!!str' || target.tag === '!!merge');
  });
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

function isFloat(key: YamlNode): boolean {
  const target = key.kind === 'alias' ? (key.alias ?? key) : key;
  return target.tag === '!!float' || !isIntegerText(target.value);
}

/** Go prints a float key with 32 bits of precision. */
function formatFloatKey(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
  const narrow = Math.fround(value);
  if (Object.is(narrow, -0)) return '-0';
  if (!Number.isFinite(narrow)) return narrow > 0 ? '.inf' : '-.inf';
  for (let digits = 1; digits <= 9; digits++) {
    const shortest = Number(narrow.toPrecision(digits));
    if (Math.fround(shortest) === narrow) return formatGoFloat(shortest);
  }
  return formatGoFloat(narrow);
}
