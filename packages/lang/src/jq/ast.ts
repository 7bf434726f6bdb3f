// The parsed program.

export type Node =
  | { readonly kind: 'identity' }
  | { readonly kind: 'recurse' }
  | { readonly kind: 'literal'; readonly value: null | boolean | number | bigint | string }
  | { readonly kind: 'text'; readonly parts: readonly (string | Node)[]; readonly format: string | undefined }
  | { readonly kind: 'format'; readonly name: string }
  | { readonly kind: 'index'; readonly term: Node; readonly key: Node }
  | { readonly kind: 'slice'; readonly term: Node; readonly from: Node | undefined; readonly to: Node | undefined }
  | { readonly kind: 'iterate'; readonly term: Node }
  | { readonly kind: 'optional'; readonly term: Node }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[]; readonly offset: number }
  | { readonly kind: 'variable'; readonly name: string; readonly offset: number }
  | { readonly kind: 'object'; readonly members: readonly Member[] }
  | { readonly kind: 'array'; readonly body: Node | undefined }
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly term: Node }
  | { readonly kind: 'if'; readonly condition: Node; readonly body: Node; readonly otherwise: Node | undefined }
  | { readonly kind: 'try'; readonly body: Node; readonly handler: Node | undefined }
  | {
      readonly kind: 'reduce';
      readonly source: Node;
      readonly pattern: Pattern;
      readonly start: Node;
      readonly update: Node;
    }
  | {
      readonly kind: 'foreach';
      readonly source: Node;
      readonly pattern: Pattern;
      readonly start: Node;
      readonly update: Node;
      readonly extract: Node | undefined;
    }
  | { readonly kind: 'label'; readonly name: string; readonly body: Node }
  | { readonly kind: 'break'; readonly name: string; readonly offset: number }
  | { readonly kind: 'pipe'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'comma'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'bind'; readonly source: Node; readonly patterns: readonly Pattern[]; readonly body: Node }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'update'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'define'; readonly definition: Definition; readonly body: Node };

/** `key` is a node that gives the name; without a value, `{name}` stands for `{name: .name}`, `{$name}` for its value. */
export interface Member {
  readonly key: Node;
  readonly value: Node | undefined;
  /** The variable of `{$name}`. */
  readonly variable?: string | undefined;
}

export type Pattern =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Pattern[] }
  | { readonly kind: 'map'; readonly members: readonly PatternMember[] };

export interface PatternMember {
  readonly key: Node;
  /** `{$name}` and `{$name: pattern}` bind the member itself as well. */
  readonly variable: string | undefined;
  readonly value: Pattern | undefined;
}

/** `def name(params): body;` */
export interface Definition {
  readonly name: string;
  readonly params: readonly string[];
  readonly body: Node;
}

/** The last step of a postfix term, to be tried alone: `.a.b?` tries `.b` on what `.a` gives, as gojq does. */
export function splitLast(node: Node): { readonly before: Node; readonly last: Node } | undefined {
  const dot: Node = { kind: 'identity' };
  if (node.kind === 'index' && node.term.kind !== 'identity')
    return { before: node.term, last: { ...node, term: dot } };
  if (node.kind === 'slice' && node.term.kind !== 'identity')
    return { before: node.term, last: { ...node, term: dot } };
  if (node.kind === 'iterate' && node.term.kind !== 'identity') {
    return { before: node.term, last: { ...node, term: dot } };
  }
  return undefined;
}
