// What a glob consists of once it is read, and how a text is held against it: position by position, all ways at once, so
// that no pattern takes longer than its length times the text's.

/** One part of a glob. */
export type GlobNode =
  /** This very character. */
  | { readonly kind: 'character'; readonly character: string }
  /** One character that is none of these. */
  | { readonly kind: 'one'; readonly except: string }
  /** Any number of characters that are none of these. */
  | { readonly kind: 'many'; readonly except: string }
  | { readonly kind: 'class'; readonly fits: CharacterClass }
  | { readonly kind: 'either'; readonly choices: readonly (readonly GlobNode[])[] };

/** Whether a character belongs to a class. */
export type CharacterClass = (character: string) => boolean;

/** A glob that was read. */
export type Glob = (text: string) => boolean;

/** Whether the whole of a text fits. */
export function globOf(nodes: readonly GlobNode[]): Glob {
  return (text) => {
    const characters = Array.from(text);
    return advance(nodes, characters, new Set([0])).has(characters.length);
  };
}

/**
 * The same as Go's path.Match has it: each star takes as little as lets what follows fit, up to the next star, and is not come
 * back to. That differs only where a class takes a "/".
 */
export function firstGlobOf(nodes: readonly GlobNode[]): Glob {
  const chunks: {
    readonly star: boolean;
    readonly nodes: Exclude<GlobNode, { readonly kind: 'either' | 'many' }>[];
  }[] = [{ star: false, nodes: [] }];
  for (const node of nodes) {
    if (node.kind === 'many') chunks.push({ star: true, nodes: [] });
    else if (node.kind !== 'either') chunks.at(-1)?.nodes.push(node);
  }
  return (whole) => {
    const text = Array.from(whole);
    let place = 0;
    for (const [index, chunk] of chunks.entries()) {
      const isLast = index === chunks.length - 1;
      if (chunk.star && isLast && chunk.nodes.length === 0) return !text.includes('/', place);
      const most = chunk.star ? text.length : place;
      const start = place;
      let found: number | undefined;
      for (let at = start; at <= most && found === undefined; at += 1) {
        if (at > start && text[at - 1] === '/') break;
        const end = at + chunk.nodes.length;
        const fits = end <= text.length && chunk.nodes.every((node, offset) => fitsOne(node, text[at + offset] ?? ''));
        if (fits && (!isLast || end === text.length)) found = end;
      }
      if (found === undefined) return false;
      place = found;
    }
    return place === text.length;
  };
}

/** The places one may stand at after `nodes`, from those where one stands. */
function advance(nodes: readonly GlobNode[], text: readonly string[], from: ReadonlySet<number>): ReadonlySet<number> {
  let places = from;
  for (const node of nodes) {
    if (places.size === 0) return places;
    places = step(node, text, places);
  }
  return places;
}

function step(node: GlobNode, text: readonly string[], from: ReadonlySet<number>): ReadonlySet<number> {
  const next = new Set<number>();
  if (node.kind === 'either') {
    for (const choice of node.choices) for (const place of advance(choice, text, from)) next.add(place);
    return next;
  }
  for (const place of from) {
    if (node.kind === 'many') spread(place, text, node.except, next);
    else if (place < text.length && fitsOne(node, text[place] ?? '')) next.add(place + 1);
  }
  return next;
}

/** Adds the place itself and all behind it up to one of these characters. */
function spread(place: number, text: readonly string[], except: string, into: Set<number>): void {
  for (let at = place; at <= text.length && !into.has(at); at += 1) {
    into.add(at);
    if (at < text.length && except.includes(text[at] ?? '')) return;
  }
}

function fitsOne(node: Exclude<GlobNode, { readonly kind: 'either' | 'many' }>, character: string): boolean {
  switch (node.kind) {
    case 'character':
      return node.character === character;
    case 'one':
      return !node.except.includes(character);
    case 'class':
      return node.fits(character);
  }
}
