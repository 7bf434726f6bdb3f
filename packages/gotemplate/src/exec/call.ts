// What a function sees of the execution that calls it.

import type { Value } from '../value/value.ts';
import type { Host } from './host.ts';
import type { Template, TemplateSet } from './template-set.ts';

/** The running execution, as given to every function. Limits, host and origins are shared by nested executions. */
export interface Call {
  /** The templates of the innermost execution (inside `tpl`: the clone with what it defined). */
  readonly set: TemplateSet;
  readonly host: Host;
  readonly missingKey: MissingKey;
  /** Runs a template of `set`, by name or as `TemplateSet.add` returned it, and returns its output; throws TemplateError as Go's ExecuteTemplate returns it. */
  execute(set: TemplateSet, template: string | Template, data: Value): string;
  /** How many executions of this name are under way (Helm's guard against recursive includes), after adding `delta`. */
  nesting(name: string, delta: 1 | -1): number;
  /** Counts work done inside a function against the step limit. */
  step(count: number): void;
  /** Refuses, before it is made, a result of this many bytes beyond the output limit. */
  reserve(bytes: number): void;
}

/** text/template's `missingkey` option. 'default' and 'invalid' are the same. */
export type MissingKey = 'default' | 'invalid' | 'zero' | 'error';
