// Light colouring of YAML: keys, scalars and comments of a line. It reads what our own printer writes, not all of YAML.

/** A piece of a line. */
export interface YamlToken {
  readonly kind: 'space' | 'dash' | 'key' | 'punctuation' | 'string' | 'number' | 'word' | 'comment';
  readonly text: string;
}

/** Cuts one line into pieces; their texts join to the line again. */
export function yamlTokens(line: string): readonly YamlToken[] {
  const tokens: YamlToken[] = [];
  const push = (kind: YamlToken['kind'], text: string): void => {
    if (text !== '') tokens.push({ kind, text });
  };
  const head = /^(\s*)((?:- )*)(-$)?/.exec(line);
  push('space', head?.[1] ?? '');
  push('dash', (head?.[2] ?? '') + (head?.[3] ?? ''));
  const rest = line.slice(head?.[0].length ?? 0);
  if (rest.startsWith('#')) push('comment', rest);
  else {
    const key = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#:][^:]*?(?::[^\s:][^:]*?)*)(:)(\s+|$)/.exec(rest);
    if (key) {
      push('key', key[1] ?? '');
      push('punctuation', ':');
      push('space', key[3] ?? '');
    }
    const value = key ? rest.slice(key[0].length) : rest;
    push(valueKind(value), value);
  }
  return tokens;
}

function valueKind(value: string): YamlToken['kind'] {
  if (/^(true|false|null|~)$/.test(value)) return 'word';
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return 'number';
  if (/^[[{|>]/.test(value)) return 'punctuation';
  return 'string';
}
