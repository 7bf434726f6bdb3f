// Objects made from the schema of a CustomResourceDefinition: with everything in it, with the least, and with mistakes.
// The same schema always gives the same objects.

type Schema = Readonly<Record<string, unknown>>;
type Bag = Record<string, unknown>;

/** An object to send, and what it is for. */
export interface Sample {
  readonly name: string;
  readonly body: Bag;
}

/** Samples of one version of a type. */
export function samplesOf(
  schema: Schema,
  head: { readonly apiVersion: string; readonly kind: string },
): readonly Sample[] {
  const whole = (body: unknown): Bag => ({ ...(body as Bag), ...head, metadata: { name: 'sample' } });
  const full = whole(valueOf(schema, { depth: 0, all: true, path: '' }));
  const samples: Sample[] = [
    { name: 'bare', body: whole({}) },
    { name: 'least', body: whole(valueOf(schema, { depth: 0, all: false, path: '' })) },
    { name: 'full', body: full },
    { name: 'unknown fields', body: whole(withUnknown(full)) },
    { name: 'nulls', body: whole(mapped(full, () => null, { every: 5, seen: 0 })) },
  ];
  for (const [index, spoil] of spoilers.entries()) {
    const counter = { every: 3, seen: index };
    samples.push({ name: `mistakes ${index + 1}`, body: whole(mapped(full, spoil, counter)) });
  }
  return samples;
}

interface Place {
  readonly depth: number;
  readonly all: boolean;
  readonly path: string;
}

const depthMax = 7;

function valueOf(schema: Schema, place: Place): unknown {
  if (schema['default'] !== undefined && !place.all) return schema['default'];
  if (Array.isArray(schema['enum'])) return schema['enum'][hash(place.path) % schema['enum'].length];
  if (schema['x-kubernetes-int-or-string'] === true) return hash(place.path) % 2 === 0 ? 1 : '10%';
  switch (schema['type']) {
    case 'string':
      return textOf(schema, place.path);
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return hash(place.path) % 2 === 0;
    case 'array':
      return listOf(schema, place);
    case 'object':
      return objectOf(schema, place);
    default:
      return {};
  }
}

function objectOf(schema: Schema, place: Place): Bag {
  const result: Bag = {};
  const required = new Set(Array.isArray(schema['required']) ? (schema['required'] as string[]) : []);
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  for (const [name, field] of Object.entries(properties)) {
    if (place.path === '' && ['apiVersion', 'kind', 'metadata'].includes(name)) continue;
    if (!required.has(name) && (!place.all || place.depth >= depthMax)) continue;
    result[name] = valueOf(field, { ...place, depth: place.depth + 1, path: `${place.path}.${name}` });
  }
  const values = schema['additionalProperties'];
  const least = Number(schema['minProperties'] ?? 0);
  if (typeof values === 'object' && values !== null && (place.all || least > 0)) {
    for (let index = 0; index < Math.max(1, least); index++) {
      const path = `${place.path}.key${index}`;
      result[`key${index}`] = valueOf(values as Schema, { ...place, depth: place.depth + 1, path });
    }
  }
  return result;
}

function listOf(schema: Schema, place: Place): readonly unknown[] {
  const items = (schema['items'] ?? {}) as Schema;
  const least = Number(schema['minItems'] ?? 0);
  const count = place.all && place.depth < depthMax ? Math.max(1, least) : least;
  return Array.from({ length: count }, (_, index) =>
    valueOf(items, { ...place, depth: place.depth + 1, path: `${place.path}.${index}` }),
  );
}

const candidates = [
  'sample',
  'Sample',
  'A',
  'a',
  '1',
  '10',
  '1.0',
  '10s',
  '1h',
  '1h0m0s',
  '1Gi',
  '100m',
  '50%',
  'a.example.com',
  '*.example.com',
  'example.com/a',
  'example.com/v1',
  '/path',
  '/a/b',
  'https://example.com',
  'http://example.com/a',
  'oci://example.com/a',
  'ssh://git@example.com/a',
  's3://bucket',
  '10.0.0.1',
  '10.0.0.0/8',
  '10.0.0.1-10.0.0.9',
  '2020-01-01T00:00:00Z',
  '00:00',
  '* * * * *',
  'arn:aws:iam::123456789012:role/a',
  'ami-0123456789abcdef0',
  'subnet-0a',
  'sg-0a',
  'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'latest',
  'v1',
  '1.2.3',
  'True',
  'a@b.example.com',
  'ABC',
  'a_b',
  '0123456789abcdef0123456789abcdef01234567',
  '{}',
  '12345',
  'us-east-1a',
  'key=value',
  '#fff',
  'aa:bb:cc:dd:ee:ff',
  'Never',
  '100Mi',
  '64512:100',
];

const formats: Readonly<Record<string, string>> = {
  'date-time': '2020-01-01T00:00:00Z',
  date: '2020-01-01',
  byte: 'YQ==',
  duration: '1h',
  uri: 'https://example.com/a',
  email: 'a@b.example.com',
  ipv4: '10.0.0.1',
  ipv6: '::1',
  uuid: '01234567-89ab-cdef-0123-456789abcdef',
};

function textOf(schema: Schema, path: string): string {
  const format = formats[String(schema['format'])];
  if (format !== undefined) return format;
  const [least, most] = [Number(schema['minLength'] ?? 0), Number(schema['maxLength'] ?? 1e6)];
  const pattern = typeof schema['pattern'] === 'string' ? compiled(schema['pattern']) : undefined;
  const start = hash(path);
  const fit = (text: string): boolean =>
    text.length >= least && text.length <= most && (pattern === undefined || pattern.test(text));
  const fitting = candidates.filter(fit);
  if (pattern === undefined && fitting.includes('sample')) return 'sample';
  return fitting[start % Math.max(1, fitting.length)] ?? 'x'.repeat(Math.max(1, Math.min(least, 300)));
}

function compiled(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern.replaceAll('(?i)', ''));
  } catch {
    return undefined;
  }
}

function numberOf(schema: Schema): number {
  const least = schema['minimum'] === undefined ? 1 : Number(schema['minimum']);
  const most = schema['maximum'] === undefined ? Infinity : Number(schema['maximum']);
  const step = Number(schema['multipleOf'] ?? 0);
  const value = Math.min(schema['exclusiveMinimum'] === true ? least + 1 : least, most);
  return step > 0 ? Math.ceil(value / step) * step : value;
}

type Spoil = (value: unknown) => unknown;

const spoilers: readonly Spoil[] = [
  // Of another type.
  (value) =>
    typeof value === 'string' ? 7 : typeof value === 'object' ? 'text' : typeof value === 'number' ? 'text' : 'yes',
  // Empty, or out of range.
  (value) =>
    typeof value === 'string' ? '' : typeof value === 'number' ? -1_000_000 : Array.isArray(value) ? [] : value,
  // Too long, too large, too many.
  (value) =>
    typeof value === 'string'
      ? 'Not Valid!'.repeat(30)
      : typeof value === 'number'
        ? 1_000_000_000_000.5
        : Array.isArray(value)
          ? Array.from({ length: 70 }, () => value[0] as unknown)
          : value,
  // Twice.
  (value) => (Array.isArray(value) ? [...(value as unknown[]), ...(value as unknown[])] : value),
  // Gone.
  (value) => (typeof value === 'object' ? {} : undefined),
];

// Changes every n-th value below the root's members.
function mapped(value: unknown, change: Spoil, counter: { readonly every: number; seen: number }, depth = 0): unknown {
  if (depth > 1 && counter.seen++ % counter.every === 0 && change(value) !== value) return change(value);
  if (Array.isArray(value)) return value.map((each) => mapped(each, change, counter, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, mapped(member, change, counter, depth + 1)]),
  );
}

function withUnknown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withUnknown);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, withUnknown(member)] as const);
  return { ...Object.fromEntries(entries), unknownField: { a: 1 } };
}

function hash(text: string): number {
  let value = 7;
  for (const char of text) value = (value * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  return value;
}
