// WWW-Authenticate as registries write it (RFC 9110, 11.6.1).

/** One way to authenticate that a server offers. */
export interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

/** Reads the challenges of a header; what makes no sense is left out. */
export function parseChallenges(header: string): readonly Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  const parameter = new RegExp(`^(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`);
  const scheme = new RegExp(`^(${TOKEN})(?=[\\s,]|$)`);
  let rest = header;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '');
    if (rest === '') return found;
    const value = parameter.exec(rest);
    if (value !== null && found.length > 0) {
      const text = value[2]?.replace(/\\(.)/g, '$1') ?? value[3] ?? '';
      found.at(-1)?.parameters.set((value[1] ?? '').toLowerCase(), text);
      rest = rest.slice(value[0].length);
      continue;
    }
    const name = scheme.exec(rest);
    if (name === null) return found;
    found.push({ scheme: (name[1] ?? '').toLowerCase(), parameters: new Map() });
    rest = rest.slice(name[0].length);
  }
}
