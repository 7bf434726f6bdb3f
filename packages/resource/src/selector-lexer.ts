// Splits a label selector into tokens (k8s.io/apimachinery:pkg/labels/selector.go Lexer, 1.35).

/** A token; `text` is what error messages show. */
export interface SelectorToken {
  readonly kind:
    | 'identifier'
    | 'end'
    | 'error'
    | 'in'
    | 'notin'
    | '('
    | ')'
    | ','
    | '!'
    | '='
    | '=='
    | '!='
    | '>'
    | '<';
  readonly text: string;
}

/** The tokens of the text, the last of them 'end'. */
export function lexSelector(text: string): readonly SelectorToken[] {
  const tokens: SelectorToken[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && isSpace(text.charAt(at))) at++;
    if (at >= text.length) {
      tokens.push({ kind: 'end', text: '' });
      return tokens;
    }
    const start = at;
    if (isSymbol(text.charAt(at))) {
      const symbol = longestSymbol(text, at);
      tokens.push({ kind: symbol, text: symbol });
      at += symbol.length;
      continue;
    }
    while (at < text.length && !isSymbol(text.charAt(at)) && !isSpace(text.charAt(at))) at++;
    const word = text.slice(start, at);
    tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
  }
}

// Every single symbol is a token, so there is always one; "==" and "!=" are the only longer ones.
function longestSymbol(text: string, at: number): '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<' {
  const pair = text.slice(at, at + 2);
  if (pair === '==' || pair === '!=') return pair;
  const symbol = text.charAt(at);
  switch (symbol) {
    case '(':
    case ')':
    case ',':
    case '!':
    case '>':
    case '<':
      return symbol;
    default:
      return '=';
  }
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}

function isSymbol(character: string): boolean {
  return '=!(),><'.includes(character);
}
