// Regular expressions of kustomizations are Go's. Plain words are compared as such, common patterns run on the built-in
// engine where it means the same, and the rest on an RE2 engine, which cannot be made to hang.

import { RE2JS } from 're2js';

import { KustomizeError } from '../problems.ts';

/** Says whether a text matches. */
export type Pattern = (text: string) => boolean;

const cache = new Map<string, Pattern>();
const CACHE_MAX = 2000;

/** A pattern that must match the whole text, as selectors use it; an empty one matches everything. */
export function wholePattern(source: string): Pattern {
  return cached(`^(?:${source})$`, () => {
    if (source === '') return () => true;
    if (/^[\w/-]+$/.test(source)) return (text) => text === source;
    return compile(`^(?:${source})$`);
  });
}

/** A pattern that may match anywhere in the text. */
export function partPattern(source: string): Pattern {
  return cached(source, () => (/^[\w/-]*$/.test(source) ? (text) => text.includes(source) : compile(source)));
}

/** The pattern by which an images entry recognises an image; the name is itself a pattern (api:internal/image). */
export function imagePattern(name: string): Pattern {
  const tail = '(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$';
  return cached(`image ${name}`, () => {
    // Without other metacharacters than '.', both engines agree and neither can run away.
    if (/^[\w./-]+$/.test(name)) {
      const native = new RegExp(`^${name}${tail}`);
      return (text) => native.test(text);
    }
    return compile(`^${name}${tail}`);
  });
}

function compile(source: string): Pattern {
  try {
    const compiled = RE2JS.compile(source);
    return (text) => compiled.matcher(text).find();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const prefix = reason.startsWith('error parsing regexp') ? '' : 'error parsing regexp: ';
    throw new KustomizeError('TRANSFORMER', prefix + reason);
  }
}

function cached(key: string, make: () => Pattern): Pattern {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (cache.size >= CACHE_MAX) cache.clear();
  cache.set(key, made);
  return made;
}
