// Glob patterns of `.Files.Glob`, as github.com/gobwas/glob (v0.2.3) reads them with '/' as separator: `*` and `?` stay
// inside a path element, `**` does not, `[abc]`, `[!a-z]`, `{a,b}`, backslash escapes.

import { runesOf } from '../go-text.ts';

/** A compiled pattern: whether it matches a whole path. Time is bounded by pattern length × path length. */
export type Glob = (path: string) => boolean;

/** Compiles a pattern. Like Helm, a pattern that does not compile matches every file. */
export function compileGlob(pattern: string): Glob {
  const parser = new GlobParser(runesOf(pattern));
  const nodes = parser.parse();
  if (nodes === undefined) return () => true;
  return (path) => {
    const text = runesOf(path);
    return advance(nodes, text, new Set([0])).has(text.length);
  };
}

type GlobNode =
  | { readonly kind: 'text'; readonly runes: readonly string[] }
  | { readonly kind: 'any' | 'super' | 'single' }
  | { readonly kind: 'list'; readonly runes: ReadonlySet<string>; readonly not: boolean }
  | { readonly kind: 'range'; readonly low: string; readonly high: string; readonly not: boolean }
  | { readonly kind: 'either'; readonly choices: GlobNode[][] };

/** The positions reachable in `text` after matching `nodes` from each position of `from`. */
function advance(nodes: readonly GlobNode[], text: readonly string[], from: ReadonlySet<number>): ReadonlySet<number> {
  let positions = from;
  for (const node of nodes) {
    if (positions.size === 0) return positions;
    positions = step(node, text, positions);
  }
  return positions;
}

function step(node: GlobNode, text: readonly string[], from: ReadonlySet<number>): ReadonlySet<number> {
  const next = new Set<number>();
  if (node.kind === 'either') {
    for (const choice of node.choices) for (const at of advance(choice, text, from)) next.add(at);
    return next;
  }
  for (const start of from) {
    if (node.kind === 'any' || node.kind === 'super') {
      // A later start that an earlier one already reached adds nothing new.
      for (let at = start; at <= text.length && !next.has(at); at += 1) {
        next.add(at);
        if (node.kind === 'any' && text[at] === '/') break;
      }
    } else if (node.kind === 'text') {
      if (node.runes.every((rune, index) => text[start + index] === rune)) next.add(start + node.runes.length);
    } else if (start < text.length && matchesOne(node, text[start] ?? '')) next.add(start + 1);
  }
  return next;
}

function matchesOne(node: Exclude<GlobNode, { kind: 'either' | 'text' }>, rune: string): boolean {
  if (node.kind === 'list') return node.runes.has(rune) !== node.not;
  if (node.kind === 'range') {
    const code = rune.codePointAt(0) ?? 0;
    const inside = code >= (node.low.codePointAt(0) ?? 0) && code <= (node.high.codePointAt(0) ?? 0);
    return inside !== node.not;
  }
  return rune !== '/';
}

class GlobParser {
  private readonly runes: readonly string[];
  private at = 0;

  constructor(runes: readonly string[]) {
    this.runes = runes;
  }

  /** The nodes, or undefined where gobwas reports an error. */
  parse(): GlobNode[] | undefined {
    return this.sequence(0);
  }

  private sequence(level: number): GlobNode[] | undefined {
    const nodes: GlobNode[] = [];
    while (this.at < this.runes.length) {
      const rune = this.runes[this.at] ?? '';
      if (level > 0 && (rune === ',' || rune === '}')) break;
      this.at += 1;
      const node = this.node(rune, level);
      if (node === undefined) return undefined;
      nodes.push(node);
    }
    return nodes;
  }

  private node(rune: string, level: number): GlobNode | undefined {
    if (rune === '{') return this.either(level + 1);
    if (rune === '[') return this.range();
    if (rune === '?') return { kind: 'single' };
    if (rune === '*') {
      if (this.runes[this.at] !== '*') return { kind: 'any' };
      this.at += 1;
      return { kind: 'super' };
    }
    this.at -= 1;
    return { kind: 'text', runes: this.text(level > 0 ? '?*[{},' : '?*[{') };
  }

  /** `{a,b}`; one that is never closed runs to the end of the pattern. */
  private either(level: number): GlobNode | undefined {
    const choices: GlobNode[][] = [];
    for (;;) {
      const choice = this.sequence(level);
      if (choice === undefined) return undefined;
      choices.push(choice);
      const stop = this.runes[this.at];
      this.at += 1;
      if (stop !== ',') return { kind: 'either', choices };
    }
  }

  private range(): GlobNode | undefined {
    const not = this.runes[this.at] === '!';
    if (not) this.at += 1;
    const low = this.runes[this.at];
    if (low === undefined) return undefined;
    if (this.runes[this.at + 1] === '-') {
      const high = this.runes[this.at + 2];
      if (high === undefined || this.runes[this.at + 3] !== ']' || high < low) return undefined;
      this.at += 4;
      return { kind: 'range', low, high, not };
    }
    const runes = this.text(']');
    if (runes.length === 0 || this.runes[this.at] !== ']') return undefined;
    this.at += 1;
    return { kind: 'list', runes: new Set(runes), not };
  }

  private text(breakers: string): string[] {
    const out: string[] = [];
    for (; this.at < this.runes.length; this.at += 1) {
      let rune = this.runes[this.at] ?? '';
      if (rune === '\\') {
        this.at += 1;
        if (this.at >= this.runes.length) break;
        rune = this.runes[this.at] ?? '';
      } else if (breakers.includes(rune)) break;
      out.push(rune);
    }
    return out;
  }
}
