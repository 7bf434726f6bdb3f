// Questions for k8s.io/apimachinery: written by hand for every rule, and varied by a seeded generator.

import type { Json, JsonObject } from '../../packages/resource/src/json.ts';
import type { Question } from '../../packages/resource/src/apimachinery-replay.ts';

/** All questions; the same every time. */
export function questions(): readonly Question[] {
  return [...merges(), ...patches(), ...quantities(), ...selectors(), ...upgrades()];
}

const deployment = { group: 'apps', version: 'v1', kind: 'Deployment' } as const;
const pod = { group: '', version: 'v1', kind: 'Pod' } as const;
const service = { group: '', version: 'v1', kind: 'Service' } as const;
const configMap = { group: '', version: 'v1', kind: 'ConfigMap' } as const;

function podWith(...containers: readonly JsonObject[]): JsonObject {
  return { spec: { containers } };
}

function merges(): readonly Question[] {
  const ab = podWith({ name: 'a', image: '1', args: ['x'] }, { name: 'b', image: '2' });
  const ports = {
    spec: {
      ports: [
        { port: 80, name: 'http' },
        { port: 443, name: 'https' },
      ],
    },
  };
  const meta = { metadata: { finalizers: ['a', 'b', 'c'], labels: { x: '1', y: '2' } } };
  const recreate = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
  const volumes = {
    spec: {
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'w', secret: { secretName: 's' } },
      ],
    },
  };
  const pairs: readonly (readonly [
    typeof deployment | typeof pod | typeof service | typeof configMap,
    JsonObject,
    JsonObject,
  ])[] = [
    [pod, ab, podWith({ name: 'a', image: '9' })],
    [pod, ab, podWith({ name: 'c', image: '3' })],
    [pod, ab, podWith({ name: 'c', image: '3' }, { name: 'a', image: '4' })],
    [pod, ab, podWith({ name: 'b', image: '3' }, { name: 'a', image: '4' })],
    [pod, ab, podWith({ name: 'a', $patch: 'delete' })],
    [pod, ab, podWith({ name: 'zz', $patch: 'delete' })],
    [pod, ab, podWith({ $patch: 'delete' })],
    [pod, ab, podWith({ $patch: 'replace' }, { name: 'n', image: '7' })],
    [pod, ab, podWith({ $patch: 'replace' })],
    [pod, ab, podWith({ $patch: 'merge', name: 'a' })],
    [pod, ab, podWith({ $patch: 'nonsense', name: 'a' })],
    [pod, ab, podWith({ image: 'nokey' })],
    [pod, ab, podWith({ name: 'a', args: ['y', 'z'] })],
    [pod, ab, podWith({ name: 'a', args: null, image: null })],
    [pod, ab, podWith({ name: 'c', image: null, env: [{ name: 'A', value: null }] })],
    [pod, ab, { spec: { containers: null } }],
    [pod, ab, { spec: { containers: [] } }],
    [pod, ab, { spec: null }],
    [pod, ab, { spec: { $patch: 'replace', nodeName: 'n' } }],
    [pod, ab, { spec: { $patch: 'delete' } }],
    [pod, ab, { $patch: 'replace', metadata: { name: 'x' } }],
    [pod, ab, { $patch: 'delete' }],
    [pod, ab, { spec: { $patch: 'merge', nodeName: 'n' } }],
    [pod, ab, { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } }],
    [
      pod,
      ab,
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
          containers: [{ name: 'a', image: '5' }],
        },
      },
    ],
    [
      pod,
      ab,
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }],
          containers: [{ name: 'c', image: '5' }],
        },
      },
    ],
    [
      pod,
      ab,
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'a' }, { name: 'c' }],
          containers: [
            { name: 'c', image: '5' },
            { name: 'a', image: '6' },
          ],
        },
      },
    ],
    [
      pod,
      ab,
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'c' }],
          containers: [
            { name: 'b', $patch: 'delete' },
            { name: 'c', image: '5' },
          ],
        },
      },
    ],
    [pod, ab, { spec: { '$setElementOrder/containers': 'x' } }],
    [pod, ab, { spec: { '$setElementOrder/nosuch': [] } }],
    [
      pod,
      { spec: {} },
      { spec: { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'a', image: '5' }] } },
    ],
    [pod, { spec: {} }, { spec: { '$setElementOrder/containers': [{ name: 'a' }] } }],
    [pod, {}, podWith({ name: 'a', image: 'x', $patch: 'delete' }, { name: 'b', image: 'y' })],
    [pod, {}, { spec: { nodeSelector: { a: null, b: 'c' }, hostNetwork: null } }],
    [service, ports, { spec: { ports: [{ port: 80, name: 'web' }] } }],
    [service, ports, { spec: { ports: [{ port: 53, name: 'dns' }] } }],
    [service, ports, { spec: { ports: [{ port: 80, $patch: 'delete' }] } }],
    [service, ports, { spec: { ports: 'text' } }],
    [service, ports, { spec: { ports: [{ port: 80 }, 5] } }],
    [configMap, meta, { metadata: { finalizers: ['c', 'd'] } }],
    [configMap, meta, { metadata: { '$deleteFromPrimitiveList/finalizers': ['b'] } }],
    [configMap, meta, { metadata: { '$deleteFromPrimitiveList/finalizers': ['b'], finalizers: ['e'] } }],
    [configMap, meta, { metadata: { '$setElementOrder/finalizers': ['c', 'e', 'a'], finalizers: ['e'] } }],
    [
      configMap,
      meta,
      {
        metadata: {
          '$setElementOrder/finalizers': ['c', 'e', 'a'],
          '$deleteFromPrimitiveList/finalizers': ['b'],
          finalizers: ['e'],
        },
      },
    ],
    [configMap, meta, { metadata: { labels: { x: null, z: '3' } } }],
    [configMap, meta, { metadata: { labels: { $patch: 'replace', q: '1' } } }],
    [configMap, meta, { metadata: { labels: 'text' } }],
    [configMap, meta, { metadata: { ownerReferences: [{ uid: 'u', name: 'n' }] } }],
    [configMap, { data: { a: '1' } }, { data: { b: '2', a: null } }],
    [configMap, { data: { a: '1' } }, { nosuch: { a: 1 } }],
    [configMap, { data: { a: '1' }, nosuch: { b: 1 } }, { nosuch: { a: 1 } }],
    [configMap, { data: { a: { b: 'c' } } }, { data: { a: { d: 'e' } } }],
    [deployment, recreate, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }],
    [
      deployment,
      recreate,
      { spec: { strategy: { $retainKeys: ['type', 'rollingUpdate'], rollingUpdate: { maxSurge: 2 } } } },
    ],
    [
      deployment,
      recreate,
      { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate', rollingUpdate: { maxSurge: 2 } } } },
    ],
    [deployment, recreate, { spec: { strategy: { $retainKeys: 'type', type: 'Recreate' } } }],
    [
      pod,
      volumes,
      { spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'c' } }] } },
    ],
    [pod, volumes, { spec: { volumes: [{ name: 'v', configMap: { name: 'c' } }] } }],
    [pod, { spec: { tolerations: [{ key: 'a' }] } }, { spec: { tolerations: [{ key: 'b' }] } }],
    [
      pod,
      { spec: { imagePullSecrets: [{ name: 'a' }] } },
      { spec: { imagePullSecrets: [{ name: 'b' }, { name: 'a' }] } },
    ],
    [
      pod,
      podWith({ name: 'a', ports: [{ containerPort: 80, name: 'x' }] }),
      podWith({ name: 'a', ports: [{ containerPort: 80, protocol: 'UDP' }] }),
    ],
    [
      pod,
      { spec: { hostAliases: [{ ip: '1', hostnames: ['a'] }] } },
      { spec: { hostAliases: [{ ip: '1', hostnames: ['b'] }] } },
    ],
  ];
  const written = pairs.map(([gvk, original, patch]): Question => ({ ask: 'merge', ...gvk, original, patch }));
  const random = new Generator(11);
  const varied = Array.from({ length: 120 }, (): Question => ({
    ask: 'merge',
    ...pod,
    original: random.pod(false),
    patch: random.pod(true),
  }));
  return [...written, ...varied];
}

function patches(): readonly Question[] {
  const random = new Generator(23);
  const all: Question[] = [];
  for (let index = 0; index < 150; index++) {
    const [original, modified, current] = [random.pod(false), random.pod(false), random.pod(false)];
    const drifted = index % 3 === 0 ? original : current;
    all.push(
      { ask: 'three-way', ...pod, original, modified, current: drifted, overwrite: index % 4 !== 1 },
      { ask: 'two-way', ...pod, original, modified },
    );
  }
  const strategy = (value: JsonObject): JsonObject => ({ spec: { strategy: value } });
  const rolling = strategy({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } });
  const finalizers = (...names: readonly string[]): JsonObject => ({ metadata: { finalizers: names } });
  all.push(
    {
      ask: 'three-way',
      ...deployment,
      original: rolling,
      modified: strategy({ type: 'Recreate' }),
      current: rolling,
      overwrite: true,
    },
    {
      ask: 'three-way',
      ...deployment,
      original: {},
      modified: strategy({ type: 'Recreate' }),
      current: rolling,
      overwrite: true,
    },
    { ask: 'two-way', ...deployment, original: rolling, modified: strategy({ type: 'Recreate' }) },
    { ask: 'two-way', ...configMap, original: finalizers('b', 'a'), modified: finalizers('a', 'b') },
    { ask: 'two-way', ...configMap, original: finalizers('a', 'b'), modified: finalizers('b', 'a', 'c') },
    { ask: 'two-way', ...configMap, original: finalizers('a', 'b', 'a'), modified: finalizers('c') },
    { ask: 'two-way', ...configMap, original: finalizers('a'), modified: finalizers() },
    { ask: 'two-way', ...configMap, original: { data: { a: '1', b: '2' } }, modified: { data: { a: '3' } } },
    { ask: 'two-way', ...configMap, original: { nosuch: { a: 1 } }, modified: { nosuch: { a: 1 } } },
    { ask: 'two-way', ...configMap, original: { nosuch: { a: 1 } }, modified: { nosuch: { a: 2 } } },
    {
      ask: 'three-way',
      ...configMap,
      original: { data: { a: '1' } },
      modified: { data: { a: '2' } },
      current: { data: { a: '3' } },
      overwrite: false,
    },
    {
      ask: 'three-way',
      ...configMap,
      original: { data: { a: '1' } },
      modified: { data: { b: '2' } },
      current: { data: { a: '1', c: '3' } },
      overwrite: false,
    },
    {
      ask: 'three-way',
      ...configMap,
      original: finalizers('a', 'b'),
      modified: finalizers('b', 'c'),
      current: finalizers('a', 'b', 'x'),
      overwrite: true,
    },
    { ask: 'three-way', ...configMap, original: {}, modified: {}, current: {}, overwrite: true },
  );
  return all;
}

function quantities(): readonly Question[] {
  const texts = [
    '0',
    '1',
    '-1',
    '+1',
    '00',
    '01',
    '0.0',
    '.5',
    '5.',
    '.',
    '',
    ' ',
    'abc',
    '1 ',
    ' 1',
    '1.2.3',
    '--1',
    '1e',
    '1E',
    '1e3',
    '1E3',
    '1e-3',
    '1E+3',
    '1e+',
    '1e3k',
    '100m',
    '1000m',
    '1500m',
    '0.1',
    '0.001',
    '0.0001',
    '1.5',
    '2.50',
    '1n',
    '0.1n',
    '0.5n',
    '1u',
    '999u',
    '1000u',
    '1k',
    '1000k',
    '1M',
    '1G',
    '1T',
    '1P',
    '1E',
    '10E',
    '9223372036854775807',
    '9223372036854775808',
    '92233720368547758070',
    '1Ki',
    '1024Ki',
    '1Mi',
    '1.5Gi',
    '0.5Mi',
    '0.1Ki',
    '1000Mi',
    '1023',
    '1024',
    '1025Ki',
    '8Ei',
    '7Ei',
    '16Ei',
    '-1Ki',
    '1.1Ki',
    '0Ki',
    '0Gi',
    '64Mi',
    '128Mi',
    '100Mi',
    '1000000Ki',
    '1ki',
    '1K',
    '1mi',
    '1Xi',
    '1i',
    '123456789012345678Mi',
    '1e6',
    '12e6',
    '123e4',
    '1e18',
    '1e19',
    '1e-9',
    '1e-10',
    '1e-100',
    '1e0',
    '0e5',
    '1.5e3',
    '1.23456789e9',
    '-1.5e-3',
    '1e21',
    '1e100',
    '5e',
    '1000000',
    '1000001',
    '100000',
    '123456',
    '12345678901234567890',
    '0.000000001',
    '0.0000000001',
    '-0.0000000001',
    '1.000000000001',
    '-0',
    '-0.0',
    '3.141592653589793238462643',
  ];
  const pairs = [
    ['1', '1000m'],
    ['1Gi', '1G'],
    ['0', '5Mi'],
    ['5Mi', '0'],
    ['100m', '0.1'],
    ['1Ki', '1'],
    ['1', '1Ki'],
    ['1e3', '1k'],
    ['-1', '1'],
    ['9223372036854775807', '1'],
    ['1.5Gi', '512Mi'],
    ['0.1Ki', '1n'],
    ['250m', '750m'],
    ['1', 'x'],
    ['x', '1'],
    ['1n', '1E'],
    ['500Mi', '524M'],
  ] as const;
  return [
    ...texts.map((text): Question => ({ ask: 'quantity', text })),
    ...pairs.map(([text, other]): Question => ({ ask: 'quantities', text, other })),
  ];
}

function selectors(): readonly Question[] {
  const labels = { a: 'b', c: 'x', n: '5', 'app.kubernetes.io/name': 'web', in: 'in' };
  const long = 'x'.repeat(64);
  const texts = [
    '',
    'a',
    '!a',
    'a=b',
    'a==b',
    'a!=b',
    'a=',
    'a!=',
    '!d',
    'a=b,c in (x,y),!d',
    'c in (x)',
    'c notin (x,y)',
    'd notin (x)',
    'c in ()',
    'c in (,)',
    'c in (x,)',
    'c in (,x)',
    'c in (x,,y)',
    'c in(x)',
    ' a = b , c ',
    'a,c',
    'n>4',
    'n>5',
    'n<6',
    'n<x',
    'a>1',
    'in in (in)',
    'in',
    'notin',
    'in=in',
    'c in (in,notin)',
    'c   in\t(x)',
    'app.kubernetes.io/name=web',
    'c,a',
    'z=1,a=b',
    'a=b,',
    ',a',
    'a b',
    'a=b c',
    'a in',
    'a in (',
    'a in (x',
    'a in x',
    'a in (x y)',
    'a=(',
    '!',
    '!!a',
    '!a=b',
    '=',
    '=b',
    '(',
    ')',
    'a)',
    'a===b',
    'a!b',
    'a in (=)',
    'a notin',
    '-a=b',
    'a/b/c=d',
    '/a=b',
    'A_/a',
    `${long}=b`,
    `a=${long}`,
    'a=-b',
    'a=b.',
    'a in (b,-c)',
    'a<b>c',
    'a,,b',
    'a in (x),',
    'ä=b',
    'x@y',
    `${'y'.repeat(254)}/a=b`,
  ];
  const objects: readonly (Question['selector'] | undefined)[] = [
    null,
    {},
    { matchLabels: { a: 'b' } },
    { matchLabels: { c: 'x', a: 'b' } },
    { matchLabels: { 'a b': 'b' } },
    { matchLabels: { a: '-b' } },
    { matchExpressions: [{ key: 'a', operator: 'In', values: ['b', 'a'] }] },
    { matchExpressions: [{ key: 'a', operator: 'In', values: [] }] },
    { matchExpressions: [{ key: 'a', operator: 'In' }] },
    { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['b'] }] },
    { matchExpressions: [{ key: 'a', operator: 'Exists' }] },
    { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] },
    { matchExpressions: [{ key: 'q', operator: 'DoesNotExist' }], matchLabels: { a: 'b' } },
    { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] },
    { matchExpressions: [{ key: 'a', operator: 'in', values: ['1'] }] },
    { matchExpressions: [{ key: '', operator: 'In', values: ['-', '_'] }] },
  ];
  const fieldTexts = [
    '',
    'metadata.name=web',
    'metadata.name==web',
    'metadata.name!=web',
    'a=b,c=d',
    'c=d,a=b',
    'a',
    'a=b,,',
    'a=\\,',
    'a=\\x',
    'a=b\\',
    'a=b=c',
    '=b',
    'a!=',
    'a=\\=\\\\',
    '!=x',
    'status.phase!=Running,metadata.name=web',
  ];
  const fields = { 'metadata.name': 'web', 'status.phase': 'Pending', a: 'b' };
  return [
    ...texts.map((text): Question => ({ ask: 'labels', text, labels })),
    ...objects.map((selector): Question => ({ ask: 'label-selector', selector: selector ?? null, labels })),
    ...fieldTexts.map((text): Question => ({ ask: 'fields', text, labels: fields })),
  ];
}

function upgrades(): readonly Question[] {
  const entry = (manager: string, operation: string, fields: JsonObject, more: JsonObject = {}): JsonObject => ({
    manager,
    operation,
    apiVersion: 'v1',
    time: '2026-01-01T00:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
    ...more,
  });
  const data = (...names: readonly string[]): JsonObject => ({
    'f:data': { '.': {}, ...Object.fromEntries(names.map((name) => [`f:${name}`, {}])) },
  });
  const csa = 'kubectl-client-side-apply';
  const lists: readonly (readonly JsonObject[])[] = [
    [],
    [entry(csa, 'Update', data('a', 'b'))],
    [entry('kubectl', 'Apply', data('a')), entry(csa, 'Update', data('b'))],
    [entry('kubectl', 'Apply', data('a')), entry('other', 'Update', data('b'))],
    [entry(csa, 'Update', data('b'), { apiVersion: 'v2' }), entry('kubectl', 'Apply', data('a'))],
    [entry(csa, 'Update', data('a')), entry(csa, 'Update', data('b'), { apiVersion: 'v2' })],
    [entry(csa, 'Update', data('a'), { subresource: 'status' }), entry(csa, 'Update', data('b'))],
    [entry('kubectl', 'Apply', data('a'), { subresource: 'status' }), entry(csa, 'Update', data('b'))],
    [
      entry('before-first-apply', 'Update', data('z')),
      entry(csa, 'Update', data('b')),
      entry('kubectl', 'Apply', data('a')),
    ],
  ];
  return lists.flatMap((managedFields): Question[] => [
    { ask: 'csa-upgrade', original: { metadata: { managedFields } }, managers: [csa], manager: 'kubectl' },
    { ask: 'csa-upgrade', original: { metadata: { managedFields } }, managers: [csa], manager: 'flux' },
  ]);
}

/** Pods at random, from a seed. */
class Generator {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  // Mulberry32: enough for test data, and the same everywhere.
  #next(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  pod(directives: boolean): JsonObject {
    return this.#object({
      metadata: () =>
        this.#object({
          labels: () => this.#labels(directives),
          annotations: () => this.#labels(directives),
          finalizers: () => this.#some(['f1', 'f2', 'f3', 'f4']),
        }),
      spec: () =>
        this.#object({
          nodeSelector: () => this.#labels(directives),
          containers: () => this.#items(['a', 'b', 'c', 'd'], directives, (name) => this.#container(name, directives)),
          volumes: () => this.#items(['v', 'w', 'x'], directives, (name) => this.#volume(name)),
          tolerations: () => this.#some(['k1', 'k2']).map((key) => ({ key, operator: 'Exists' })),
          imagePullSecrets: () => this.#items(['p', 'q'], directives, (name) => ({ name })),
          hostNetwork: () => this.#next(2) === 0,
          terminationGracePeriodSeconds: () => this.#next(3),
        }),
    });
  }

  #object(members: Readonly<Record<string, () => Json>>): JsonObject {
    const object: Record<string, Json> = {};
    for (const [name, make] of Object.entries(members)) if (this.#next(3) > 0) object[name] = make();
    return object;
  }

  #labels(directives: boolean): JsonObject {
    const labels: Record<string, Json> = {};
    for (const name of this.#some(['a', 'b', 'c'])) {
      labels[name] = directives && this.#next(4) === 0 ? null : String(this.#next(2));
    }
    return labels;
  }

  #some(from: readonly string[]): string[] {
    const chosen = from.filter(() => this.#next(2) === 0);
    for (let index = chosen.length - 1; index > 0; index--) {
      const other = this.#next(index + 1);
      [chosen[index], chosen[other]] = [chosen[other] ?? '', chosen[index] ?? ''];
    }
    return chosen;
  }

  #items(names: readonly string[], directives: boolean, make: (name: string) => JsonObject): Json[] {
    return this.#some(names).map((name) => {
      if (directives && this.#next(5) === 0) return { name, $patch: 'delete' };
      return make(name);
    });
  }

  #container(name: string, directives: boolean): JsonObject {
    const container = this.#object({
      image: () => `image:${this.#next(3)}`,
      args: () => this.#some(['-x', '-y', '-z']),
      env: () => this.#items(['E', 'F', 'G'], directives, (env) => ({ name: env, value: String(this.#next(3)) })),
      ports: () =>
        this.#some(['80', '443']).map((port) => ({ containerPort: Number(port), name: `p${this.#next(2)}` })),
      resources: () => ({ limits: { cpu: `${this.#next(3)}`, memory: `${this.#next(2)}Gi` } }),
    });
    return { name, ...container };
  }

  #volume(name: string): JsonObject {
    const kinds: readonly JsonObject[] = [
      { emptyDir: {} },
      { configMap: { name: `c${this.#next(2)}` } },
      { secret: { secretName: `s${this.#next(2)}` } },
    ];
    return { name, ...kinds[this.#next(3)] };
  }
}
