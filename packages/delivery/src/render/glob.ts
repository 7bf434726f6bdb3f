// Globs of directory sources: `*` and `?` match any character including `/`, `{a,b}` is a choice, `[a-z]` a class.
// Mirrors github.com/gobwas/glob (0.2.3) as argoproj/argo-cd:util/glob uses it, without separators.

/** Whether `text` matches the whole of `pattern`. A pattern that cannot be read matches nothing. */
export function matchesGlob(pattern: string, text: string): boolean {
  const expression = globExpression(pattern);
  return expression?.test(text) === true;
}

function globExpression(pattern: string): RegExp | undefined {
  let source = '';
  let depth = 0;
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern[index] ?? '';
    if (char === '\\') {
      index += 1;
      source += escape(pattern[index] ?? '\\');
    } else if (char === '*') {
      while (pattern[index + 1] === '*') index += 1;
      source += '[^]*';
    } else if (char === '?') source += '[^]';
    else if (char === '{') {
      depth += 1;
      source += '(?:';
    } else if (char === '}' && depth > 0) {
      depth -= 1;
      source += ')';
    } else if (char === ',' && depth > 0) source += '|';
    else if (char === '[') {
      const end = pattern.indexOf(']', index + 1);
      if (end < 0) return undefined;
      const body = pattern
        .slice(index + 1, end)
        .replace(/^!/, '^')
        .replaceAll('\\', '\\\\');
      source += `[${body}]`;
      index = end;
    } else source += escape(char);
  }
  if (depth > 0) return undefined;
  try {
    return new RegExp(`^${source}$`, 'u');
  } catch {
    return undefined;
  }
}

function escape(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}
