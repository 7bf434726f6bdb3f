// A set of parsed templates that can call each other by name: text/template's Template with its associated templates.

import { type Result, err, ok } from '@evenkeel/std';
import type { ListNode } from '../parse/nodes.ts';
import { type Tree, isEmptyTree, parseTree } from '../parse/parser.ts';
import type { FunctionMap } from './function.ts';
import { TemplateError } from './template-error.ts';

export interface TemplateSource {
  readonly name: string;
  readonly text: string;
}

export interface ParseOptions {
  /** Functions beside text/template's builtins; they take precedence over builtins of the same name. */
  readonly functions: FunctionMap;
  /** Name of the root template, which some errors and `tpl` texts carry; Helm's is "gotpl". */
  readonly rootName?: string;
  readonly leftDelim?: string;
  readonly rightDelim?: string;
}

/** One template of a set. `compiled` belongs to the executor. */
export interface Template {
  readonly name: string;
  readonly root: ListNode;
  readonly tree: Tree;
  compiled: unknown;
}

/** A set that lives long, with texts that differ each time, must not keep them all. */
const parsedMax = 2000;

/** Templates by name. Not mutated by execution; `clone` is cheap and shares what is parsed and compiled. */
export class TemplateSet {
  readonly options: ParseOptions;
  readonly #templates: Map<string, Template>;
  /** Parses of `tpl` texts, shared by all clones, because charts evaluate the same few strings many times. */
  readonly #parsed: Map<string, readonly Tree[]>;

  constructor(options: ParseOptions, from?: TemplateSet) {
    this.options = options;
    this.#templates = new Map(from === undefined ? [] : from.#templates);
    this.#parsed = from === undefined ? new Map<string, readonly Tree[]>() : from.#parsed;
  }

  /** A copy to which templates can be added without touching this set (Go's Template.Clone). */
  clone(): TemplateSet {
    return new TemplateSet(this.options, this);
  }

  get(name: string): Template | undefined {
    return this.#templates.get(name);
  }

  names(): string[] {
    return [...this.#templates.keys()];
  }

  /**
   * Parses `text` as template `name` and adds it and what it defines. Returns the tree of the text itself, which Go
   * executes even where an earlier non-empty template of that name stays in the set. Throws TemplateError (PARSE).
   */
  add(name: string, text: string): Template {
    const key = `${name}\0${text}`;
    let trees = this.#parsed.get(key);
    if (trees === undefined) {
      trees = parseTree(name, text, this.options);
      if (this.#parsed.size >= parsedMax) this.#parsed.clear();
      if (text.length < 20_000) this.#parsed.set(key, trees);
    }
    let own: Template | undefined;
    for (const tree of trees) {
      const template = templateOf(tree);
      if (tree.name === name) own = template;
      const old = this.#templates.get(tree.name);
      if (old !== undefined && isEmptyTree(tree.root)) continue;
      this.#templates.set(tree.name, template);
    }
    if (own === undefined) throw new TemplateError(`template: ${name}: no template`, { code: 'NO_TEMPLATE' });
    return own;
  }
}

const byTree = new WeakMap<Tree, Template>();

function templateOf(tree: Tree): Template {
  let template = byTree.get(tree);
  if (template === undefined) {
    template = { name: tree.name, root: tree.root, tree, compiled: undefined };
    byTree.set(tree, template);
  }
  return template;
}

/** Parses sources in order, as repeated Template.New(name).Parse(text). Stops at the first error, as Go does. */
export function parseTemplates(
  sources: readonly TemplateSource[],
  options: ParseOptions,
): Result<TemplateSet, TemplateError> {
  const set = new TemplateSet(options);
  try {
    for (const source of sources) set.add(source.name, source.text);
    return ok(set);
  } catch (error) {
    if (error instanceof TemplateError) return err(error);
    throw error;
  }
}
