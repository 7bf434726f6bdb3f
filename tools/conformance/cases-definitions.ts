// CustomResourceDefinitions: what is refused when one is written, and what its schema and rules refuse of its objects.

import { definitionMistakes } from './cases-definition-mistakes.ts';
import type { Case } from './run.ts';
import type { Ask } from './servers.ts';

type Bag = Record<string, unknown>;

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const dry = '?dryRun=All';

interface Shape {
  readonly plural?: string;
  readonly names?: Bag;
  readonly spec?: Bag;
  readonly version?: Bag;
  readonly metadata?: Bag;
}

function definition(schema: Bag | undefined, { plural = 'things', names, spec, version, metadata }: Shape = {}): Bag {
  const kind = plural.slice(0, 1).toUpperCase() + plural.slice(1, -1);
  const own = { name: 'v1', served: true, storage: true, ...version };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.rules.example.com`, ...metadata },
    spec: {
      group: 'rules.example.com',
      scope: 'Namespaced',
      names: { plural, kind, ...names },
      versions: [schema === undefined ? own : { ...own, schema: { openAPIV3Schema: schema } }],
      ...spec,
    },
  };
}

const text = { type: 'string' };
const integer = { type: 'integer' };
const withSpec = (spec: Bag): Bag => ({ type: 'object', properties: { spec } });
const rules = (...list: readonly (string | Bag)[]): Bag => ({
  'x-kubernetes-validations': list.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});

/** A definition that is sent, as a dry run, for the refusal it gets. */
function refused(name: string, schema: Bag | undefined, shape?: Shape): Case {
  return {
    name: `definition: ${name}`,
    steps: [{ method: 'POST', path: `${definitions}${dry}`, body: definition(schema, shape) }],
  };
}

const numbers = {
  type: 'object',
  properties: { min: integer, max: integer, name: text, list: { type: 'array', items: text } },
};

/** A definition that is taken, and an empty list of its objects. */
function taken(name: string, schema: Bag, shape: Shape = {}): Case {
  const plural = `${name.replaceAll(/[^a-z]/g, '')}s`;
  return {
    name: `definition: ${name}`,
    steps: [
      setup(schema, { ...shape, plural }),
      { method: 'GET', path: `/apis/rules.example.com/v1/namespaces/default/${plural}/none` },
    ],
  };
}

const good = (name: string, rule: string | Bag, spec: Bag = numbers): Case =>
  taken(`rule ${name}`, withSpec({ ...spec, ...rules(rule) }));
const bad = (name: string, rule: string | Bag, spec: Bag = numbers): Case =>
  refused(`rule ${name}`, withSpec({ ...spec, ...rules(rule) }));

const ruleForms: readonly Case[] = [
  good('that is fine', 'self.min <= self.max'),
  bad('with a syntax error', 'self.min <='),
  bad('with a stray token', 'self.min < 1 2'),
  bad('with an assignment', 'self.min = 1'),
  bad('with an open bracket', '(self.min < 1'),
  bad('with an open text', "self.name == 'abc"),
  bad('on an unknown field', 'self.minimum <= self.max'),
  bad('on an unknown variable', 'spec.min <= 1'),
  bad('with an unknown function', 'self.name.startswith("a")'),
  bad('that compares int and text', "self.min == 'a'"),
  bad('that is no bool', 'self.min + self.max'),
  bad('that is a text', 'self.name'),
  bad('without rule', { message: 'x' }),
  bad('that is empty', '   '),
  bad('with an empty message', { rule: 'true', message: '  ' }),
  bad('with a message in two lines', { rule: 'true', message: 'a\nb' }),
  bad('in two lines without a message', 'self.min <\nself.max'),
  good('in two lines with a message', { rule: 'self.min <\nself.max', message: 'no' }),
  bad('with an unknown reason', { rule: 'self.min < 3', reason: 'Because' }),
  good('with a reason', { rule: 'self.min < 3', reason: 'FieldValueForbidden' }),
  good('with a field path', { rule: 'self.min < 3', fieldPath: '.min' }),
  bad('with a field path to nowhere', { rule: 'self.min < 3', fieldPath: '.minimum' }),
  bad('with a field path without a dot', { rule: 'self.min < 3', fieldPath: 'min' }),
  bad('with an empty field path', { rule: 'self.min < 3', fieldPath: '  ' }),
  bad('with a costly message expression', { rule: 'self.min < 3', messageExpression: '"min is " + string(self.min)' }),
  good('with a message expression', { rule: 'self.min < 3', messageExpression: '"min is too " + "large"' }),
  bad('with a message expression that is no text', { rule: 'self.min < 3', messageExpression: 'self.min' }),
  bad('with a message expression that does not compile', { rule: 'self.min < 3', messageExpression: 'self.' }),
  bad('with an empty message expression', { rule: 'self.min < 3', messageExpression: '  ' }),
  bad('with optionalOldSelf and no oldSelf', { rule: 'self.min < 3', optionalOldSelf: true }),
  good('with optionalOldSelf', {
    rule: 'oldSelf.hasValue() ? self.min == oldSelf.value().min : true',
    optionalOldSelf: true,
  }),
  good('with oldSelf', 'self.min >= oldSelf.min'),
  bad('with a bad duration', "duration('1x') < duration('1h')"),
  bad('with a bad regex', "self.name.matches('(')"),
  bad('with mixed list', "self.name in ['a', 1]"),
  bad('with cel.bind', 'cel.bind(x, self.min, x < 3)'),
  bad('that costs too much', 'self.list.all(a, self.list.all(b, a != b))'),
  bad('that costs very much', 'self.list.all(a, self.list.all(b, self.list.all(c, a != b && b != c)))'),
  good('that is cheap by maxItems', 'self.list.all(a, self.list.all(b, a.size() <= b.size() + 100))', {
    type: 'object',
    properties: { list: { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 10 } } },
  }),
  good('with quantity', "quantity(self.name).isGreaterThan(quantity('1Gi'))", {
    type: 'object',
    properties: { name: { type: 'string', maxLength: 30 } },
  }),
  good('on int or string', "type(self.port) == int ? self.port > 0 : self.port.endsWith('%')", {
    type: 'object',
    properties: { port: { 'x-kubernetes-int-or-string': true } },
  }),
  good('on a name with a dash', "self.a__dash__b == 'x' && self.__namespace__ == 'y'", {
    type: 'object',
    properties: { 'a-b': text, namespace: text },
  }),
  bad('on a name that is not escaped', "self.a-b == 'x'", { type: 'object', properties: { 'a-b': text } }),
  bad('on unknown fields', 'self.free.x == 1', {
    type: 'object',
    properties: { free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  }),
  bad('on a field without type', 'has(self.free)', {
    type: 'object',
    properties: { free: { 'x-kubernetes-preserve-unknown-fields': true } },
  }),
  refused(
    'oldSelf in a list',
    withSpec({
      type: 'object',
      properties: {
        list: { type: 'array', items: { type: 'object', properties: { a: integer }, ...rules('self.a == oldSelf.a') } },
      },
    }),
  ),
  taken(
    'oldSelf in a map list',
    withSpec({
      type: 'object',
      properties: {
        list: {
          type: 'array',
          maxItems: 10,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['n'],
          items: {
            type: 'object',
            required: ['n'],
            properties: { n: text, a: integer },
            ...rules('self.a == oldSelf.a'),
          },
        },
      },
    }),
  ),
  refused(
    'rules in an unbounded list',
    withSpec({
      type: 'object',
      properties: {
        list: {
          type: 'array',
          items: { type: 'object', properties: { a: text }, ...rules("self.a.matches('^[a-z]+$')") },
        },
      },
    }),
  ),
  taken(
    'rules in a map',
    withSpec({
      type: 'object',
      additionalProperties: { type: 'string', maxLength: 20, ...rules("self.startsWith('a')") },
    }),
  ),
  taken('rules on metadata', { type: 'object', ...rules("self.metadata.name.startsWith('a')") }),
  refused('rules on labels', { type: 'object', ...rules("self.metadata.labels['a'] == 'b'") }),
  taken('rules on spec from the root', { ...withSpec(numbers), ...rules('self.spec.min < self.spec.max') }),
  taken(
    'rules on a scalar',
    withSpec({ type: 'object', properties: { a: { type: 'integer', ...rules('self % 2 == 0') } } }),
  ),
  refused('two bad rules', withSpec({ ...numbers, ...rules('self.x', 'self.min +') })),
];

const things = '/apis/rules.example.com/v1/namespaces/default';

/** Objects of one definition, sent one after the other; each answer is compared. */
function objects(name: string, schema: Bag, list: readonly (readonly [string, Bag])[]): Case {
  const plural = `${name.replaceAll(/[^a-z]/g, '')}s`;
  const kind = plural.slice(0, 1).toUpperCase() + plural.slice(1, -1);
  const steps = list.map(([method, body]) => step(method, { plural, kind, body }));
  return { name: `rules: ${name}`, steps: [setup(schema, { plural }), ...steps] };
}

interface Sent {
  readonly plural: string;
  readonly kind: string;
  readonly body: Bag;
}

// POST is a dry run; CREATE keeps the object, which APPLY and MERGE change.
function step(method: string, { plural, kind, body }: Sent): Ask {
  const whole = { apiVersion: 'rules.example.com/v1', kind, metadata: { name: 'a' }, ...body };
  if (method === 'POST') return { method, path: `${things}/${plural}${dry}`, body: whole };
  if (method === 'CREATE') return { method: 'POST', path: `${things}/${plural}`, body: whole };
  const apply = method === 'APPLY';
  const contentType = apply ? 'application/apply-patch+yaml' : 'application/merge-patch+json';
  const query = apply ? '?fieldManager=me' : '';
  return { method: 'PATCH', path: `${things}/${plural}/a${query}`, body: apply ? whole : body, contentType };
}

const spec = (value: unknown): readonly [string, Bag] => ['POST', { spec: value }];
const object = (properties: Bag, more: Bag = {}): Bag => ({ type: 'object', properties, ...more });
const shortText = { type: 'string', maxLength: 50 };

const scalars = object({
  even: { type: 'integer', ...rules('self % 2 == 0') },
  word: { type: 'string', maxLength: 20, ...rules("self.startsWith('a')") },
  ratio: { type: 'number', ...rules('self <= 1.0') },
  flag: { type: 'boolean', ...rules({ rule: 'self', message: 'must be on' }) },
  port: { 'x-kubernetes-int-or-string': true, ...rules("type(self) == int ? self > 0 : self.endsWith('%')") },
  list: {
    type: 'array',
    maxItems: 5,
    items: { type: 'string', maxLength: 10, ...rules('self != "bad"') },
    ...rules('self.size() != 2'),
  },
  map: {
    type: 'object',
    maxProperties: 5,
    additionalProperties: { type: 'string', maxLength: 10, ...rules("self != 'bad'") },
    ...rules("!('x' in self)"),
  },
});

const library = object(
  {
    ip: shortText,
    cidr: shortText,
    url: shortText,
    name: shortText,
    version: shortText,
    when: { type: 'string', format: 'date-time' },
    wait: { type: 'string', format: 'duration' },
    data: { type: 'string', format: 'byte', maxLength: 20 },
    day: { type: 'string', format: 'date' },
    sorted: { type: 'array', maxItems: 5, items: integer },
  },
  rules(
    '!has(self.ip) || isIP(self.ip) && ip(self.ip).family() == 4',
    "!has(self.cidr) || cidr('10.0.0.0/8').containsCIDR(self.cidr)",
    "!has(self.url) || isURL(self.url) && url(self.url).getScheme() == 'https'",
    '!has(self.name) || !format.dns1123Label().validate(self.name).hasValue()',
    "!has(self.version) || semver(self.version).isLessThan(semver('2.0.0'))",
    "!has(self.when) || self.when > timestamp('2020-01-01T00:00:00Z')",
    "!has(self.wait) || self.wait < duration('1h')",
    '!has(self.data) || self.data.size() < 5',
    '!has(self.day) || self.day.getFullYear() == 2024',
    '!has(self.sorted) || self.sorted.isSorted() && self.sorted.sum() < 10',
  ),
);

const transitions = object(
  {
    fixed: { type: 'string', maxLength: 20, ...rules({ rule: 'self == oldSelf', message: 'is immutable' }) },
    grows: { type: 'integer', ...rules('self >= oldSelf') },
    once: {
      type: 'string',
      maxLength: 20,
      ...rules({
        rule: '!oldSelf.hasValue() || oldSelf.value() == self',
        optionalOldSelf: true,
        message: 'is set once',
      }),
    },
    list: {
      type: 'array',
      maxItems: 5,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['n'],
      items: object({ n: shortText, v: integer }, { required: ['n'], ...rules('self.v >= oldSelf.v') }),
    },
    size: integer,
  },
  rules('!has(oldSelf.fixed) || has(self.fixed)'),
);

const messages = object(
  { a: integer, b: integer, c: integer, d: integer, e: integer },
  rules(
    { rule: '!has(self.a) || self.a > 0', message: 'a must be positive' },
    {
      rule: '!has(self.b) || self.b > 0',
      message: 'b: ',
      messageExpression: "'b must not be ' + (self.b == 0 ? 'zero' : 'negative')",
    },
    { rule: '!has(self.c) || self.c > 0', reason: 'FieldValueForbidden', message: 'no c', fieldPath: '.c' },
    { rule: '!has(self.d) || self.d > 0', reason: 'FieldValueRequired', fieldPath: '.d' },
    { rule: '!has(self.e) || self.e > 0', reason: 'FieldValueDuplicate', message: 'twice', fieldPath: '.e' },
  ),
);

const failures = object(
  {
    a: integer,
    b: { type: 'array', maxItems: 3, items: integer },
    s: shortText,
    free: { 'x-kubernetes-int-or-string': true },
  },
  rules(
    '!has(self.a) || 10 / self.a > 1',
    '!has(self.b) || self.b[1] > 0',
    "!has(self.s) || quantity(self.s).isGreaterThan(quantity('1'))",
    '!has(self.free) || self.free > 3',
  ),
);

const escaped = object(
  { 'a-b': shortText, 'c.d': shortText, 'e/f': shortText, namespace: shortText, g__h: shortText, '1x': shortText },
  rules(
    "!has(self.a__dash__b) || self.a__dash__b == 'x'",
    "!has(self.c__dot__d) || self.c__dot__d == 'x'",
    "!has(self.e__slash__f) || self.e__slash__f == 'x'",
    "!has(self.__namespace__) || self.__namespace__ == 'x'",
    "!has(self.g__underscores__h) || self.g__underscores__h == 'x'",
  ),
);

const set = { type: 'array', maxItems: 5, 'x-kubernetes-list-type': 'set', items: shortText };
const special = object(
  {
    set,
    other: set,
    nullable: { type: 'string', nullable: true, maxLength: 5 },
    kept: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: integer } },
    filled: { type: 'integer', default: 5 },
  },
  rules(
    '!has(self.set) || !has(self.other) || self.set == self.other',
    '!has(self.nullable) || self.nullable != "x"',
    '!has(self.kept) || !has(self.kept.a) || self.kept.a > 0',
    'self.filled > 4',
  ),
);

const objectCases: readonly Case[] = [
  objects('range', withSpec({ ...numbers, ...rules('self.min <= self.max') }), [
    spec({ min: 1, max: 2 }),
    spec({ min: 3, max: 2 }),
    spec({ min: 3 }),
    spec({}),
    spec({ min: 'a', max: 2 }),
    spec({ min: 1.5, max: 2 }),
  ]),
  objects('messages', withSpec(messages), [
    ...[{ a: 0 }, { b: 0 }, { b: -1 }, { c: 0 }, { d: 0 }, { e: 0 }, { a: 0, b: 0, c: 0 }].map(spec),
    spec({ a: 1, b: 1, c: 1, d: 1, e: 1 }),
  ]),
  objects('scalar', withSpec(scalars), [
    ...[{ even: 2 }, { even: 3 }, { word: 'abc' }, { word: 'bc' }, { ratio: 0.5 }, { ratio: 1 }, { ratio: 1.5 }].map(
      spec,
    ),
    ...[{ flag: true }, { flag: false }, { port: 1 }, { port: 0 }, { port: '50%' }, { port: 'x' }].map(spec),
    ...[{ list: ['a'] }, { list: ['a', 'b'] }, { list: ['a', 'b', 'bad'] }].map(spec),
    ...[{ map: { a: 'b' } }, { map: { a: 'bad' } }, { map: { x: 'b' } }].map(spec),
    spec({ even: 3, word: 5 }),
    spec({ even: 3, list: ['a', 'b', 'c', 'd', 'e', 'f'] }),
  ]),
  objects('failure', withSpec(failures), [
    ...[{ a: 0 }, { a: 5 }, { a: 20 }, { b: [1] }, { b: [1, 1] }].map(spec),
    ...[{ s: 'x' }, { s: '2Gi' }, { s: '500m' }, { free: 'x' }, { free: 4 }].map(spec),
  ]),
  objects('library', withSpec(library), [
    ...['10.0.0.1', '10.0.0', '::1'].map((ip) => spec({ ip })),
    ...['10.1.0.0/16', '11.1.0.0/16', 'nope'].map((cidr) => spec({ cidr })),
    ...['https://a.b/c', 'http://a.b/c', 'a b'].map((url) => spec({ url })),
    ...['abc', 'a.b'].map((name) => spec({ name })),
    ...['1.2.3', '2.1.0', '1'].map((version) => spec({ version })),
    ...['2021-01-01T00:00:00Z', '2019-01-01T00:00:00Z', 'yesterday'].map((when) => spec({ when })),
    ...['30m', '2h'].map((wait) => spec({ wait })),
    ...['YWJj', 'YWJjZGVm'].map((data) => spec({ data })),
    ...['2024-02-03', '2023-02-03'].map((day) => spec({ day })),
    ...[
      [1, 2, 3],
      [3, 2],
      [1, 2, 30],
    ].map((sorted) => spec({ sorted })),
  ]),
  objects('transition', withSpec(transitions), [
    [
      'CREATE',
      {
        spec: {
          fixed: 'a',
          grows: 1,
          once: 'x',
          list: [
            { n: 'a', v: 1 },
            { n: 'b', v: 2 },
          ],
        },
      },
    ],
    ['MERGE', { spec: { grows: 2 } }],
    ['MERGE', { spec: { grows: 1 } }],
    ['MERGE', { spec: { fixed: 'b' } }],
    ['MERGE', { spec: { fixed: null } }],
    ['MERGE', { spec: { once: 'y' } }],
    ['MERGE', { spec: { list: [{ n: 'b', v: 1 }] } }],
    [
      'MERGE',
      {
        spec: {
          list: [
            { n: 'b', v: 3 },
            { n: 'c', v: 0 },
          ],
        },
      },
    ],
    ['APPLY', { spec: { size: 3 } }],
    ['APPLY', { spec: { grows: 0 } }],
  ]),
  objects(
    'root',
    {
      ...object({ spec: numbers }),
      ...rules(
        { rule: "self.metadata.name.startsWith('a')", message: 'name must start with a' },
        'self.spec.min < self.spec.max',
        { rule: 'self.spec.max < 100', fieldPath: '.spec.max', message: 'too large' },
      ),
    },
    [
      spec({ min: 1, max: 2 }),
      spec({ min: 2, max: 1 }),
      spec({ min: 2, max: 200 }),
      ['POST', { metadata: { name: 'b' }, spec: { min: 1, max: 2 } }],
      ['POST', {}],
    ],
  ),
  objects('escape', withSpec(escaped), [
    spec({ 'a-b': 'x', 'c.d': 'x', 'e/f': 'x', namespace: 'x', g__h: 'x', '1x': 'y' }),
    ...['a-b', 'c.d', 'e/f', 'namespace', 'g__h'].map((name) => spec({ [name]: 'y' })),
  ]),
  objects('special', withSpec(special), [
    spec({ set: ['a', 'b'], other: ['b', 'a'] }),
    spec({ set: ['a', 'b'], other: ['b', 'c'] }),
    spec({ set: ['a', 'a'] }),
    ...[{ nullable: null }, { nullable: 'x' }].map(spec),
    ...[{ kept: { a: 0, b: 1 } }, { kept: { a: 1, b: 1 } }, { filled: 3 }, {}].map(spec),
  ]),
];

export const definitionCases: readonly Case[] = [...definitionMistakes, ...ruleForms, ...objectCases];

/** Used by tests that need a definition in place. */
function setup(schema: Bag, shape?: Shape): Ask {
  return { method: 'SETUP', path: definitions, body: definition(schema, shape) };
}
