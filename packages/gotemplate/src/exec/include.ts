// Helm's `include` and `tpl` (helm pkg/engine/engine.go, v4.3): templates called as functions. They are here, not in the
// Helm package, because they are the executor calling itself; their texts and their recursion guard are Helm's.

import { quote } from '../value/quote.ts';
import { any, str } from './codecs.ts';
import { GoError, type GoFunction, fn } from './function.ts';
import { TemplateError } from './template-error.ts';
import type { Template } from './template-set.ts';

const recursionMax = 1000;

/** `include NAME DATA`: the output of a template of the set as a string. */
export function includeFunction(): GoFunction {
  return fn([str, any], str, ([name, data], call) => {
    if (call.nesting(name, 1) > recursionMax + 1) {
      throw new GoError(`rendering template has a nested reference name: ${name}: unable to execute template`);
    }
    const output = call.execute(call.set, name, data);
    call.nesting(name, -1);
    return output;
  });
}

/** `tpl TEXT DATA`: parses a text as a template beside all others and runs it. `<no value>` is removed, as Helm does. */
export function tplFunction(): GoFunction {
  return fn([str, any], str, ([text, data], call) => {
    const left = call.set.options.leftDelim ?? '{{';
    if (!text.includes(left)) return text.replaceAll('<no value>', '');
    const set = call.set.clone();
    let template: Template;
    try {
      template = set.add(set.options.rootName ?? '', text);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw new GoError(`cannot parse template ${quote(text)}: ${error.message}`, { cause: error });
    }
    try {
      return call.execute(set, template, data).replaceAll('<no value>', '');
    } catch (error) {
      if (!(error instanceof TemplateError) || error.code === 'LIMIT') throw error;
      throw new TemplateError(`error during tpl function execution for ${quote(text)}: ${error.message}`, {
        code: error.code,
        cause: error,
      });
    }
  });
}
