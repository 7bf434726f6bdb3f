// Runs a template of a set. Errors are returned, not thrown; output written before an error is kept, as in Go.

import type { Value } from '../value/value.ts';
import { rejoined } from '../value/go-string.ts';
import { quote } from '../value/quote.ts';
import type { MissingKey } from './call.ts';
import { isExhaustion } from './exhaustion.ts';
import { bodyOf } from './compile.ts';
import type { Host } from './host.ts';
import type { OriginOptions, OriginSegment } from './origins.ts';
import type { Piece } from './pieces.ts';
import { Frame, type Limits, Run, State, defaultLimits } from './state.ts';
import { TemplateError } from './template-error.ts';
import { Trace, segmentsOf } from './trace.ts';
import type { Template, TemplateSet } from './template-set.ts';

export { type Limits, defaultLimits } from './state.ts';

export interface ExecuteOptions {
  readonly host: Host;
  /** Default 'default'; Helm uses 'zero', or 'error' when strict. */
  readonly missingKey?: MissingKey;
  readonly limits?: Partial<Limits>;
  /** Record where output comes from. */
  readonly origins?: OriginOptions;
}

export interface Execution {
  /** All that was written, up to the error if there is one. */
  readonly output: string;
  readonly error: TemplateError | undefined;
  /** In order of output; empty unless asked for. */
  readonly origins: readonly OriginSegment[];
}

/** Executes template `name` of `set` on `data` (Go's Template.ExecuteTemplate). */
export function execute(set: TemplateSet, name: string, data: Value, options: ExecuteOptions): Execution {
  const trace = options.origins === undefined ? undefined : new Trace(data, options.origins);
  const run = new Run({
    host: options.host,
    missingKey: options.missingKey ?? 'default',
    limits: { ...defaultLimits, ...options.limits },
    trace,
  });
  const sink: Sink = {};
  try {
    const output = start({ run, set, template: lookup(set, name) }, data, sink);
    return { output, error: undefined, origins: sink.pieces === undefined ? [] : segmentsOf(sink.pieces) };
  } catch (error) {
    return { output: sink.state?.out ?? '', error: asTemplateError(error), origins: [] };
  }
}

function asTemplateError(error: unknown): TemplateError {
  if (error instanceof TemplateError) return error;
  throw error;
}

/** The stack is exhausted by recursion, or a value outgrew what a program can hold. */
function tooMuch(state: State, error: Error): never {
  const { message } = error;
  if (message.includes('length') || message.includes('allocation'))
    state.fail('a value exceeded the size a program can hold', 'LIMIT');
  const { name } = state.template;
  if ((state.run.nesting.get(name) ?? 0) > 50) {
    state.fail(`rendering template has a nested reference name: ${name}: unable to execute template`, 'LIMIT');
  }
  state.fail('execution is nested too deeply', 'LIMIT');
}

function lookup(set: TemplateSet, name: string): Template {
  const template = set.get(name);
  if (template === undefined) {
    const associated = quote(set.options.rootName ?? '');
    const message = `template: no template ${quote(name)} associated with template ${associated}`;
    throw new TemplateError(message, { code: 'NO_TEMPLATE' });
  }
  return template;
}

/** What an execution leaves behind, also when it fails. */
interface Sink {
  state?: State;
  pieces?: readonly Piece[];
}

interface Started {
  readonly run: Run;
  readonly set: TemplateSet;
  readonly template: Template;
}

function start(what: Started, data: Value, sink: Sink): string {
  const { run, set, template } = what;
  const state = new State(run, set, template, runNested);
  sink.state = state;
  state.enter();
  const frame = new Frame(state, data ?? undefined);
  const { trace } = run;
  if (trace !== undefined) {
    frame.dotTaint = trace.dataTaint;
    frame.taints[0] = trace.dataTaint;
    trace.begin();
  }
  try {
    bodyOf(template, set.options.functions)(frame);
  } catch (error) {
    // When even this overflows the stack, the execution around it catches.
    if (isExhaustion(error)) return tooMuch(state, error);
    throw error;
  }
  state.leave();
  const output = rejoined(state.out);
  if (trace !== undefined) sink.pieces = trace.end(output);
  return output;
}

function runNested(outer: State, set: TemplateSet, template: string | Template, data: Value): string {
  return start(
    { run: outer.run, set, template: typeof template === 'string' ? lookup(set, template) : template },
    data,
    {},
  );
}
