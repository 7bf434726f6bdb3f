// Options of a bench: `--name value` pairs and bare switches.

export interface BenchArguments {
  number(name: string, otherwise: number): number;
  text(name: string, otherwise: string): string;
  has(name: string): boolean;
}

/** Reads `--name value` and `--switch`. Throws on anything else, so that a mistyped option is not measured as if it were none. */
export function readArguments(args: readonly string[], known: readonly string[]): BenchArguments {
  const values = new Map<string, string>();
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const name = arg.replace(/^--/, '');
    if (!arg.startsWith('--') || !known.includes(name)) {
      throw new Error(`unknown option "${arg}"; one of: ${known.map((option) => `--${option}`).join(' ')}`);
    }
    const next = args[at + 1];
    const hasValue = next !== undefined && !next.startsWith('--');
    values.set(name, hasValue ? next : '');
    if (hasValue) at += 1;
  }
  return {
    number: (name, otherwise) => Number(values.get(name) ?? otherwise),
    text: (name, otherwise) => values.get(name) ?? otherwise,
    has: (name) => values.has(name),
  };
}
