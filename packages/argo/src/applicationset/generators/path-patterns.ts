// Patterns over paths: Go's path.Match for directories, Git's pathspecs or doublestar for files.

/** Go's path.Match: `*` and `?` stop at '/'. Undefined where the pattern is bad. */
export function matchPath(pattern: string, path: string): boolean | undefined {
  const source = translate(pattern, { star: '[^/]*', any: '[^/]' });
  return source === undefined ? undefined : new RegExp(`^${source}$`, 'su').test(path);
}

/** A matcher of files. */
export type FileMatcher = (path: string) => boolean;

/**
 * What `git ls-files -- PATTERN` lists: `*` crosses '/', and the name of a directory stands for all in it. This is how
 * upstream finds files unless the newer rules are on (argoproj/argo-cd:util/git/client.go LsFiles, 3.6).
 */
export function gitPattern(pattern: string): FileMatcher {
  const plain = pattern.replace(/^\.\//, '').replace(/\/+$/, '');
  const source = translate(plain, { star: '.*', any: '.' });
  const expression = source === undefined ? undefined : new RegExp(`^${source}$`, 'su');
  return (path) => plain === '' || path === plain || path.startsWith(`${plain}/`) || expression?.test(path) === true;
}

/** doublestar: `*` stops at '/', `**` as a whole part does not, `{a,b}` chooses. */
export function doublestarPattern(pattern: string): FileMatcher {
  const source = translate(pattern.replace(/^\.?\//, ''), { star: '[^/]*', any: '[^/]', doublestar: true });
  const expression = source === undefined ? undefined : new RegExp(`^${source}$`, 'su');
  return (path) => expression?.test(path) === true;
}

interface Dialect {
  readonly star: string;
  readonly any: string;
  readonly doublestar?: boolean;
}

/** A glob as the source of a regular expression; undefined where a class or an escape is left open. */
function translate(pattern: string, dialect: Dialect): string | undefined {
  let source = '';
  let braces = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? '';
    if (char === '\\') {
      at += 1;
      const escaped = pattern[at];
      if (escaped === undefined) return undefined;
      source += literal(escaped);
    } else if (char === '*') {
      const deep =
        dialect.doublestar === true && /^\*\*(\/|$)/.test(pattern.slice(at)) && (at === 0 || pattern[at - 1] === '/');
      if (!deep) source += dialect.star;
      else if (pattern[at + 2] === '/') {
        source += '(?:[^/]+/)*';
        at += 2;
      } else {
        source += '.*';
        at += 1;
      }
    } else if (char === '?') source += dialect.any;
    else if (char === '[') {
      const end = classEnd(pattern, at);
      if (end < 0) return undefined;
      source += `(?!/)${classSource(pattern.slice(at + 1, end))}`;
      at = end;
    } else if (dialect.doublestar === true && char === '{') {
      braces += 1;
      source += '(?:';
    } else if (dialect.doublestar === true && char === '}' && braces > 0) {
      braces -= 1;
      source += ')';
    } else if (dialect.doublestar === true && char === ',' && braces > 0) source += '|';
    else source += literal(char);
  }
  return braces > 0 ? undefined : source;
}

function classEnd(pattern: string, open: number): number {
  let at = open + 1;
  if (pattern[at] === '^' || pattern[at] === '!') at += 1;
  for (let first = true; at < pattern.length; at += 1, first = false) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === ']' && !first) return at;
  }
  return -1;
}

function classSource(inside: string): string {
  const negated = /^[\^!]/.test(inside);
  const body = (negated ? inside.slice(1) : inside).replaceAll(
    /\\(.)|([\]\\^[&~])/gu,
    (_whole, escaped: string | undefined, plain: string | undefined) => `\\${escaped ?? plain ?? ''}`,
  );
  return `[${negated ? '^' : ''}${body.replaceAll(/\\([^\]\\^[\-&~])/gu, '$1')}]`;
}

/** A text that a regular expression takes as it stands. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
