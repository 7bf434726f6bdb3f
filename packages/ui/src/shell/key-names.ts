// How pressed keys are named, and how sequences such as "g f" are told. Pure.

/** What of a key event matters. */
export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** "Control+k", "j", "Escape". */
export function keyName({ key, ctrlKey, metaKey, altKey }: Pressed): string {
  const name = key.length === 1 && (ctrlKey || metaKey) ? key.toLowerCase() : key;
  return `${ctrlKey ? 'Control+' : ''}${metaKey ? 'Meta+' : ''}${altKey ? 'Alt+' : ''}${name}`;
}

/** Keys of a sequence must follow each other within this. */
const SEQUENCE_MS = 900;

/** Reads keys one by one; answers the longest binding that ends with the present key. */
export function createSequence(): (name: string, atMs: number, bound: ReadonlySet<string>) => string | undefined {
  let last: { readonly name: string; readonly atMs: number } | undefined;
  return (name, atMs, bound) => {
    const pair = last && atMs - last.atMs < SEQUENCE_MS ? `${last.name} ${name}` : undefined;
    last = { name, atMs };
    if (pair !== undefined && bound.has(pair)) {
      last = undefined;
      return pair;
    }
    return bound.has(name) ? name : undefined;
  };
}
