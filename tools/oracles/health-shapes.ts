// Makes objects that a health script may meet: which fields it reads and which words it knows is learnt from the script
// itself, read at run time. Seeded, so that every run with one SEED makes the same objects.

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
type Fields = Readonly<Record<string, Value>>;

/** What a script reads at one place of an object. */
interface Shape {
  readonly fields: Map<string, Shape>;
  readonly words: Set<Value>;
  item?: Shape;
}

function newShape(): Shape {
  return { fields: new Map(), words: new Set() };
}

const identifier = String.raw`[A-Za-z_]\w*`;
const chain = String.raw`${identifier}(?:\.${identifier}|\[\s*(?:"[^"]*"|'[^']*'|#?[\w.]+)\s*\])*`;

/** The shape of what a script reads of `obj`. */
export function shapeOf(script: string): Shape {
  const source = script.replaceAll(/--\[\[[\s\S]*?\]\]/g, '').replaceAll(/(^|\s)--[^\n]*/g, '$1');
  const root = newShape();
  const names = new Map<string, readonly Shape[]>([['obj', [root]]]);
  // Twice, because functions are written above the code that calls them.
  for (let pass = 0; pass < 3; pass++) {
    for (const line of source.split('\n')) learn(line, names);
    for (const [name, shapes] of named(root)) if (!names.has(name)) names.set(name, shapes);
  }
  const words = [...source.matchAll(/"([^"\n]+)"|'([^'\n]+)'/g)].map((match) => match[1] ?? match[2] ?? '');
  for (const word of words) {
    for (const type of [...named(root)].filter(([name]) => name === 'type').flatMap(([, shapes]) => shapes)) {
      if (/^[A-Z][A-Za-z.]+$/.test(word)) type.words.add(word);
    }
  }
  return root;
}

function* named(shape: Shape): Generator<[string, Shape[]]> {
  for (const [name, field] of shape.fields) {
    yield [name, [field]];
    yield* named(field);
  }
  if (shape.item) yield* named(shape.item);
}

function learn(line: string, names: Map<string, readonly Shape[]>): void {
  const loop = new RegExp(`for\\s+${identifier}\\s*,\\s*(${identifier})\\s+in\\s+i?pairs\\(\\s*(${chain})`).exec(line);
  if (loop) {
    const lists = resolve(loop[2] ?? '', names);
    names.set(
      loop[1] ?? '',
      lists.map((list) => (list.item ??= newShape())),
    );
  }
  const local = new RegExp(`(?:local\\s+)?(${identifier})\\s*=\\s*(${chain})`).exec(line);
  if (
    local?.[2]?.includes('.') &&
    !/\(/.test(line.slice(local.index + local[0].length, local.index + local[0].length + 1))
  ) {
    const found = resolve(local[2], names);
    if (found.length > 0 && local[1] !== 'obj') names.set(local[1] ?? '', found);
  }
  for (const match of line.matchAll(new RegExp(chain, 'g'))) {
    const shapes = resolve(match[0], names);
    const after = line.slice(match.index + match[0].length);
    const compared = /^\s*(?:==|~=|<=?|>=?)\s*(?:"([^"]*)"|'([^']*)'|(\d+|true|false))/.exec(after);
    if (compared) for (const shape of shapes) shape.words.add(wordOf(compared));
    if (line[match.index - 1] === '#' || line.slice(0, match.index).endsWith('getn('))
      for (const shape of shapes) shape.item ??= newShape();
    if (/^:(find|match|gsub)\(\s*["']\^?(\w+)/.test(after)) {
      for (const shape of shapes) shape.words.add(/^:\w+\(\s*["']\^?(\w+)/.exec(after)?.[1] ?? '');
    }
  }
}

function wordOf([, double, single, bare]: RegExpExecArray): Value {
  if (bare === 'true' || bare === 'false') return bare === 'true';
  return bare === undefined ? (double ?? single ?? '') : Number(bare);
}

function resolve(path: string, names: ReadonlyMap<string, readonly Shape[]>): readonly Shape[] {
  const [root = '', ...steps] = [...path.matchAll(/[A-Za-z_]\w*|\[[^\]]*\]/g)].map((match) => match[0]);
  let shapes = names.get(root) ?? [];
  for (const step of steps) {
    const quoted = /^\[\s*["'](.*)["']\s*\]$/.exec(step);
    shapes = shapes.map((shape) => {
      if (step.startsWith('[') && !quoted) return (shape.item ??= newShape());
      const key = quoted?.[1] ?? step;
      let field = shape.fields.get(key);
      if (!field) shape.fields.set(key, (field = newShape()));
      return field;
    });
  }
  return shapes;
}

const reasons = ['DiskFull', 'Waiting', 'Done'];
const messages = ['the disk is full', 'all is well', 'the lease was taken by another', ''];

/** One object of a shape: its fields but for what identifies it. */
export function makeFields(shape: Shape, random: () => number): Fields {
  const made: Record<string, Value> = {};
  for (const [name, field] of shape.fields) {
    if (name === 'kind' || name === 'apiVersion') continue;
    if (random() < 0.12) continue;
    made[name] = name === 'metadata' ? makeMetadata(field, random) : makeValue(name, field, random);
  }
  return made;
}

function makeMetadata(shape: Shape, random: () => number): Value {
  const made: Record<string, Value> = {};
  for (const [name, field] of shape.fields) {
    if (name === 'generation') made[name] = random() < 0.85 ? 2 : 1;
    else if (name === 'deletionTimestamp') {
      if (random() < 0.15) made[name] = '2026-05-04T03:02:01Z';
    } else if (name === 'finalizers') made[name] = ['example.com/keep'];
    else if (name !== 'name' && name !== 'namespace' && random() < 0.5) made[name] = makeValue(name, field, random);
  }
  return made;
}

function makeValue(name: string, shape: Shape, random: () => number): Value {
  if (shape.item) {
    const count = Math.floor(random() * 4.5);
    const { item } = shape;
    const items = Array.from({ length: count }, () => makeValue(`${name}[]`, item, random));
    // A few lists are maps in truth: brokers, executors, racks.
    const isMap = /State$|racks|exhaustions|details|statuses/.test(name) && name !== 'podStatus';
    return isMap ? Object.fromEntries(items.map((item, index) => [`part-${index}`, item])) : items;
  }
  if (shape.fields.size > 0 && !(shape.words.size > 0 && random() < 0.3)) {
    const made: Record<string, Value> = {};
    for (const [key, field] of shape.fields) if (random() < 0.85) made[key] = makeValue(key, field, random);
    return made;
  }
  const words = [...shape.words];
  if (words.length > 0 && random() < 0.8) return words[Math.floor(random() * words.length)] ?? '';
  return anything(name, random);
}

function anything(name: string, random: () => number): Value {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  if (name === 'status') return pick(['True', 'True', 'False', 'Unknown']);
  if (/message|error|description/i.test(name)) return pick(messages);
  if (/reason/i.test(name)) return pick(reasons);
  if (/generation$/i.test(name)) return pick([1, 2, 2, 2, 2]);
  if (/time$/i.test(name)) return pick(['2026-01-02T03:04:05Z', '2026-02-03T04:05:06Z']);
  if (
    /replicas|count|nodes|scheduled|available|members|weight|partition|size$|^ready$|instances|active|failed/i.test(
      name,
    )
  ) {
    return pick([0, 1, 2, 3]);
  }
  if (/pause|suspend|enabled|ready|created|applied|disabled|terminate|abort|cordon|spec$/i.test(name))
    return pick([true, false]);
  if (/sha$/i.test(name)) return pick(['0123456789abcdef', 'fedcba9876543210', 'abc']);
  return pick(['alpha', 'beta', 'gamma']);
}

/** An object with a few places changed: something left out, another word, another order. */
export function mutate(object: Fields, shape: Shape, random: () => number): Fields {
  const words: Value[] = ['True', 'False', 'Unknown', 1, 2, 0, true, false, ''];
  for (const [, shapes] of named(shape)) for (const each of shapes) words.push(...each.words);
  let changed: Value = object;
  const count = 1 + Math.floor(random() * 3);
  for (let step = 0; step < count; step++) changed = change(changed, words, random, 0);
  return changed as Fields;
}

function change(value: Value, words: readonly Value[], random: () => number, depth: number): Value {
  if (Array.isArray(value)) {
    const list = value as readonly Value[];
    if (list.length === 0) return list;
    const at = Math.floor(random() * list.length);
    if (random() < 0.15) return list.toSpliced(at, 1);
    if (random() < 0.1) return list.toReversed();
    return list.with(at, change(list[at] ?? null, words, random, depth + 1));
  }
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value).filter(
      (key) => depth > 0 || key === 'spec' || key === 'status' || key === 'metadata',
    );
    const key = keys[Math.floor(random() * keys.length)];
    if (key === undefined || (depth === 1 && key === 'name')) return value;
    const fields = value as Readonly<Record<string, Value>>;
    const isNeeded = depth === 0 && key === 'metadata';
    if (!isNeeded && random() < 0.12)
      return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key));
    return { ...fields, [key]: change(fields[key] ?? null, words, random, depth + 1) };
  }
  // Scalars keep their type: a string where a number belongs is refused by the API server, not judged.
  const alike = words.filter((word) => typeof word === typeof value);
  return alike[Math.floor(random() * alike.length)] ?? value;
}
