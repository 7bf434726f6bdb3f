// `{{name}}` substitution: what a set without `goTemplate` uses. Mirrors Render.Replace over github.com/valyala/fasttemplate
// (argoproj/argo-cd:applicationset/utils/utils.go, 3.6).

import { GenerationError } from '../application-set.ts';
import type { Params } from './params.ts';

/** A tag on one line; without one a text is left as it is. */
const templated = /\{\{.*\}\}/;

/**
 * Replaces every tag that names a text parameter; other tags stay as they are.
 * @throws GenerationError where a tag is opened and not closed.
 */
export function replaceTags(text: string, params: Params): string {
  if (!templated.test(text)) return text;
  let result = '';
  let rest = text;
  for (;;) {
    const open = rest.indexOf('{{');
    if (open < 0) return result + rest;
    result += rest.slice(0, open);
    rest = rest.slice(open + 2);
    const close = rest.indexOf('}}');
    if (close < 0) {
      throw new GenerationError(
        `invalid template: Cannot find end tag="}}" in the template=${JSON.stringify(text)} starting from ${JSON.stringify(rest)}`,
      );
    }
    const tag = rest.slice(0, close);
    const name = tag.trim();
    const value = name === '' ? undefined : params.get(name);
    result += typeof value === 'string' ? value : `{{${tag}}}`;
    rest = rest.slice(close + 2);
  }
}
