// The state of one execution, and what nested executions share: limits, host and the record of origins.

import type { Node } from '../parse/nodes.ts';
import { nodeText } from '../parse/nodes.ts';
import { goLength } from '../value/go-string.ts';
import { quote } from '../value/quote.ts';
import { weigh } from '../value/weigh.ts';
import type { Value } from '../value/value.ts';
import type { Call, MissingKey } from './call.ts';
import type { Host } from './host.ts';
import type { Taint, Trace } from './trace.ts';
import { TemplateError, type TemplateErrorCode, type TemplatePosition } from './template-error.ts';
import type { Template, TemplateSet } from './template-set.ts';

/** A tenth of all steps is as many values as may be written at once; less than that is cheap. */
const NODES_A_LIMIT = 10;
const NODES_A_STEP = 16;

export interface Limits {
  /** Nodes walked, functions called and elements made by functions. */
  readonly steps: number;
  /** Text produced: written by templates and made by functions, counted each time it is made. */
  readonly outputBytes: number;
  /** Nested executions (template, include, tpl). */
  readonly depth: number;
}

/** Generous for any chart that was written by people; small enough to end a runaway in seconds. */
export const defaultLimits: Limits = { steps: 20_000_000, outputBytes: 256 * 1024 * 1024, depth: 1200 };

/** What an execution and all it nests have in common. */
export class Run {
  readonly host: Host;
  readonly missingKey: MissingKey;
  readonly limits: Limits;
  readonly trace: Trace | undefined;
  readonly nesting: Map<string, number> = new Map();
  steps = 0;
  bytes = 0;
  depth = 0;

  constructor(fields: Pick<Run, 'host' | 'missingKey' | 'limits' | 'trace'>) {
    this.host = fields.host;
    this.missingKey = fields.missingKey;
    this.limits = fields.limits;
    this.trace = fields.trace;
  }
}

/** Variables and dot of one template invocation. Slots are assigned by the compiler. */
export class Frame {
  readonly state: State;
  dot: Value;
  /** Whether dot still is wrapped in an interface{} to Go (an element of a range); only error texts show it. */
  dotWrapped = false;
  dotTaint: Taint | undefined = undefined;
  readonly vars: Value[];
  readonly wrapped: boolean[] = [];
  readonly taints: (Taint | undefined)[] = [];

  constructor(state: State, dot: Value) {
    this.state = state;
    this.dot = dot;
    this.vars = [dot];
  }
}

/** How a nested execution is started; injected to keep the state independent of the compiler. */
export type Runner = (outer: State, set: TemplateSet, template: string | Template, data: Value) => string;

export class State implements Call {
  readonly run: Run;
  readonly set: TemplateSet;
  readonly #runner: Runner;
  template: Template;
  /** The node being evaluated, for error positions (text/template's state.at). */
  node: Node;
  /** Whether the value just evaluated is an interface{} to Go. */
  wrapped = false;
  /** Origins of the value just evaluated; only kept while tracing. */
  taint: Taint | undefined = undefined;
  out = '';

  constructor(run: Run, set: TemplateSet, template: Template, runner: Runner) {
    this.run = run;
    this.set = set;
    this.template = template;
    this.node = template.root;
    this.#runner = runner;
  }

  get host(): Host {
    return this.run.host;
  }

  get missingKey(): MissingKey {
    return this.run.missingKey;
  }

  step(count: number): void {
    this.run.steps += count;
    if (this.run.steps > this.run.limits.steps) {
      this.fail(`execution exceeded the limit of ${this.run.limits.steps} steps`, 'LIMIT');
    }
  }

  /** Counts what is going to be written as text, before anybody tries. */
  weigh(value: Value): void {
    const { steps } = this.run.limits;
    const count = weigh(value, steps / NODES_A_LIMIT);
    this.step(count > steps / NODES_A_LIMIT ? steps + 1 : Math.ceil(count / NODES_A_STEP));
  }

  reserve(bytes: number): void {
    if (this.run.bytes + bytes > this.run.limits.outputBytes) this.#tooMuch();
  }

  produced(bytes: number): void {
    this.run.bytes += bytes;
    if (this.run.bytes > this.run.limits.outputBytes) this.#tooMuch();
  }

  #tooMuch(): never {
    this.fail(`output exceeded the limit of ${this.run.limits.outputBytes} bytes`, 'LIMIT');
  }

  write(text: string): void {
    this.produced(text.length);
    if (this.run.trace !== undefined) this.run.trace.write(this, text);
    this.out += text;
  }

  nesting(name: string, delta: 1 | -1): number {
    const count = (this.run.nesting.get(name) ?? 0) + delta;
    this.run.nesting.set(name, count);
    return count;
  }

  execute(set: TemplateSet, template: string | Template, data: Value): string {
    return this.#runner(this, set, template, data);
  }

  enter(): void {
    if (++this.run.depth > this.run.limits.depth) {
      this.fail(`exceeded maximum template depth (${this.run.limits.depth})`, 'LIMIT');
    }
  }

  leave(): void {
    this.run.depth--;
  }

  /** Throws at the current node, in text/template's words. */
  fail(detail: string, code: TemplateErrorCode = 'EXECUTE', cause?: unknown): never {
    const position = positionOf(this.node);
    const expression = nodeText(this.node);
    const where = `${position.source}:${position.line}:${position.column}`;
    const message = `template: ${where}: executing ${quote(this.template.name)} at <${expression}>: ${detail}`;
    throw new TemplateError(message, { code, position, template: this.template.name, expression, detail, cause });
  }
}

/** Line (1-based) and byte column (0-based) of a node. */
export function positionOf(node: Node): TemplatePosition & { readonly column: number } {
  const before = node.source.text.slice(0, node.pos);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++;
  return { source: node.source.name, line, column: goLength(before.slice(lineStart)) };
}
