// The record of origins: which template text or action wrote each run of output, and which value paths flowed into it.
//
// Containers know where they come from by identity (`.Values.image` is the same Map wherever it is passed), so only the
// taint of single values must travel: with variables, dot and the results of functions. Strings made by nested templates
// carry the pieces they were written in; functions that only move text about keep them (pieces.ts).

import type { Node } from '../parse/nodes.ts';
import { GoInt, GoStruct, type Value } from '../value/value.ts';
import type { OriginFrame, OriginOptions, OriginSegment } from './origins.ts';
import { type Piece, alignPieces } from './pieces.ts';
import { type State, positionOf } from './state.ts';

/** Where a value came from. `pieces` describe `text` and nothing else. */
export interface Taint {
  readonly paths: ReadonlySet<string>;
  readonly pieces?: readonly Piece[];
  readonly text?: string;
}

/** What one execution (the outermost, or an include) has written so far. */
interface Sink {
  readonly segments: Piece[];
  /** The `template` calls under way. */
  readonly callers: OriginFrame[];
  length: number;
}

const containersMax = 2000;
const noPaths: ReadonlySet<string> = new Set();

export class Trace {
  readonly #paths = new WeakMap<object, string>();
  /** Elements of containers that templates made: dict, list, set, merge. */
  readonly #elements = new WeakMap<object, Map<string, Taint>>();
  readonly #frames = new WeakMap<Node, OriginFrame>();
  readonly #sinks: Sink[] = [];
  /** What the nested execution that ended last wrote, until the function that ran it returns. */
  #finished: { readonly text: string; readonly pieces: readonly Piece[] } | undefined;
  /** Taint of the data that is handed to the nested execution about to begin. */
  dataTaint: Taint | undefined;

  constructor(root: Value, options: OriginOptions) {
    if (isContainer(root)) this.#paths.set(root, options.rootPath ?? '');
  }

  begin(): void {
    this.#sinks.push({ segments: [], callers: [], length: 0 });
  }

  end(text: string): readonly Piece[] {
    const pieces = this.#sinks.pop()?.segments ?? [];
    this.#finished = { text, pieces };
    return pieces;
  }

  /** A `template` action begins. */
  enter(node: Node): void {
    this.#sinks.at(-1)?.callers.push(this.#frame(node));
  }

  leave(): void {
    this.#sinks.at(-1)?.callers.pop();
  }

  #frame(node: Node): OriginFrame {
    let frame = this.#frames.get(node);
    if (frame === undefined) {
      frame = positionOf(node);
      this.#frames.set(node, frame);
    }
    return frame;
  }

  write(state: State, text: string): void {
    const sink = this.#sinks.at(-1);
    if (sink === undefined || text === '') return;
    const start = sink.length;
    sink.length += text.length;
    const own = this.#frame(state.node);
    const { taint } = state;
    const literal = state.node.kind === 'text';
    const callers = [...sink.callers];
    if (literal || taint?.pieces === undefined || taint.text !== text) {
      const paths = literal || taint === undefined ? noPaths : taint.paths;
      sink.segments.push({ start, end: sink.length, frame: own, callers, paths, literal });
      return;
    }
    let at = 0;
    const fill = (to: number): void => {
      if (to > at) {
        sink.segments.push({ start: start + at, end: start + to, frame: own, callers, paths: noPaths, literal: false });
      }
    };
    for (const piece of taint.pieces) {
      fill(piece.start);
      const moved = { ...piece, start: start + piece.start, end: start + piece.end };
      // A piece without a frame was made by the action itself, from a value.
      sink.segments.push(
        piece.frame === undefined
          ? { ...moved, frame: own, callers }
          : { ...moved, callers: [...callers, own, ...piece.callers] },
      );
      at = piece.end;
    }
    fill(text.length);
  }

  /** The taint of an element of a container: its own, or the path that leads to it, or that of the container. */
  element(of: Value, key: Value, value: Value, from: Taint | undefined): Taint | undefined {
    if (!isContainer(of)) return from;
    const name = keyText(key);
    const own = this.#elements.get(of)?.get(name);
    if (own !== undefined) return own;
    const path = this.#paths.get(of);
    if (path === undefined) return from;
    const child = path === '' ? name : `${path}.${name}`;
    if (isContainer(value) && !this.#paths.has(value)) this.#paths.set(value, child);
    return { paths: new Set([child]) };
  }

  /** The taint of a function's result. `taints` go with `args`. */
  result(
    name: string,
    args: readonly Value[],
    result: Value,
    taints: readonly (Taint | undefined)[],
  ): Taint | undefined {
    const finished = this.#finished;
    this.#finished = undefined;
    const picked = this.#picked(name, args, result);
    if (picked !== undefined) return picked;
    if (isContainer(result)) this.#recordElements(name, { args, result, taints });
    else if (finished === undefined) {
      // A function that hands one of its arguments through hands on its origin.
      const index = args.findIndex((arg, position) => arg === result && taints[position] !== undefined);
      if (index >= 0 && typeof result !== 'boolean') return taints[index];
    }
    const full = args.map((arg, index) => this.#deepTaint(arg, taints[index]));
    const paths = new Set(full.flatMap((taint) => [...(taint?.paths ?? [])]));
    if (typeof result !== 'string') return paths.size === 0 ? undefined : { paths };
    if (finished !== undefined) {
      const written = name === 'tpl' ? fromText(finished.pieces, taints[0]) : finished.pieces;
      const pieces = alignPieces(result, [{ text: finished.text, pieces: written }]);
      return { paths: new Set(pieces.flatMap((piece) => [...piece.paths])), pieces, text: result };
    }
    if (!full.some((taint) => taint?.pieces !== undefined)) return paths.size === 0 ? undefined : { paths };
    const parts = args.flatMap((arg, index) => {
      const taint = full[index];
      if (taint === undefined || typeof arg !== 'string') return [];
      if (taint.pieces !== undefined && taint.text === arg) return [{ text: arg, pieces: taint.pieces }];
      return [{ text: arg, pieces: [{ start: 0, end: arg.length, callers: [], paths: taint.paths, literal: false }] }];
    });
    return { paths, pieces: alignPieces(result, parts), text: result };
  }

  /** Functions that pick an element by key. */
  #picked(name: string, args: readonly Value[], result: Value): Taint | undefined {
    let keys: readonly Value[];
    let from: Value;
    if (name === 'index' || name === 'get') [from, ...keys] = args;
    else if (name === 'dig') [from, keys] = [args.at(-1), args.slice(0, -2)];
    else return undefined;
    let current: Value = from;
    let taint: Taint | undefined;
    for (const [index, key] of keys.entries()) {
      const next = index === keys.length - 1 ? result : elementOf(current, key);
      taint = this.element(current, key, next, taint);
      current = next;
    }
    return taint;
  }

  #recordElements(
    name: string,
    call: { readonly args: readonly Value[]; readonly result: object; readonly taints: readonly (Taint | undefined)[] },
  ): void {
    const { args, result, taints } = call;
    const elements = this.#elements.get(result) ?? new Map<string, Taint>();
    const set = (key: Value, taint: Taint | undefined): void => {
      if (taint !== undefined) elements.set(keyText(key), taint);
    };
    if (name === 'dict') {
      for (let index = 0; index + 1 < args.length; index += 2)
        set(args[index], this.#deepTaint(args[index + 1], taints[index + 1]));
    } else if (name === 'list' || name === 'tuple') {
      args.forEach((arg, index) => set(new GoInt(BigInt(index), intKey), this.#deepTaint(arg, taints[index])));
    } else if (name === 'set') {
      elements.delete(keyText(args[1]));
      set(args[1], this.#deepTaint(args[2], taints[2]));
    } else if (this.#paths.has(result)) return;
    else this.#inherit(args, { result, taints, set });
    if (elements.size > 0) this.#elements.set(result, elements);
  }

  /** Elements of a container made from others keep their origin: by key in maps, by identity in lists. */
  #inherit(
    args: readonly Value[],
    into: {
      readonly result: object;
      readonly taints: readonly (Taint | undefined)[];
      readonly set: (key: Value, taint: Taint | undefined) => void;
    },
  ): void {
    const { result, taints, set } = into;
    const known = new Map<Value, Taint>();
    args.forEach((arg, index) => {
      if (Array.isArray(arg) && arg.length < containersMax) {
        arg.forEach((item: Value, position) => {
          const taint = this.element(arg, new GoInt(BigInt(position), intKey), item, undefined);
          if (taint !== undefined && !known.has(item)) known.set(item, taint);
        });
      } else if (arg instanceof Map && result instanceof Map && arg !== result && arg.size < containersMax) {
        for (const [key, item] of arg) {
          const taken: unknown = result.get(key);
          if (taken === item || isContainer(item)) set(key, this.element(arg, key, item, undefined));
        }
      } else {
        const taint = taints[index];
        if (taint !== undefined && !isContainer(arg)) known.set(arg, taint);
      }
    });
    if (Array.isArray(result) && result.length < containersMax) {
      const all = new Set(taints.flatMap((taint) => [...(taint?.paths ?? [])]));
      const rest = all.size === 0 ? undefined : { paths: all };
      result.forEach((item: Value, position) => set(new GoInt(BigInt(position), intKey), known.get(item) ?? rest));
    }
  }

  /** A container that a template made stands for all that was put into it. */
  #deepTaint(value: Value, taint: Taint | undefined, depth = 0): Taint | undefined {
    if (!isContainer(value)) return taint;
    const path = this.#paths.get(value);
    if (path !== undefined && path !== '') return { paths: new Set([path]) };
    const elements = this.#elements.get(value);
    if (elements === undefined || depth > 3) return taint;
    const paths = new Set<string>(taint?.paths);
    for (const element of elements.values()) for (const item of element.paths) paths.add(item);
    return paths.size === 0 ? undefined : { paths };
  }
}

/** What the text of a `tpl` writes itself comes from the value that the text is. */
function fromText(pieces: readonly Piece[], text: Taint | undefined): readonly Piece[] {
  if (text === undefined) return pieces;
  return pieces.map((piece) =>
    piece.callers.length > 0 ? piece : { ...piece, literal: false, paths: new Set([...piece.paths, ...text.paths]) },
  );
}

const intKey = { kind: 'int', text: 'int' } as const;

function isContainer(value: Value): value is Extract<Value, object> {
  return value instanceof Map || Array.isArray(value) || value instanceof GoStruct;
}

function elementOf(of: Value, key: Value): Value {
  if (of instanceof Map) return of.get(key);
  return Array.isArray(of) && key instanceof GoInt ? of[Number(key.value)] : undefined;
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key;
  return key instanceof GoInt ? key.value.toString() : '';
}

/** The outermost pieces as callers get them. */
export function segmentsOf(pieces: readonly Piece[]): readonly OriginSegment[] {
  return pieces.map((piece) => ({
    start: piece.start,
    end: piece.end,
    source: piece.frame?.source ?? '',
    line: piece.frame?.line ?? 0,
    column: piece.frame?.column ?? 0,
    callers: piece.callers,
    paths: [...piece.paths].sort(),
    literal: piece.literal,
  }));
}
