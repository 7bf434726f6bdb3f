// Small changes to objects, as people, controllers and other spellings make them.

import { type Json, type JsonObject, type KubeObject, isMap } from '@evenkeel/resource';
import type { Picker } from './reposerver-picker.ts';

type Path = readonly (string | number)[];

/** The object with one to three changes, and their names. */
export function changed(object: KubeObject, pick: Picker): { readonly object: KubeObject; readonly how: string } {
  let value = structuredClone(object) as unknown as JsonObject;
  const names: string[] = [];
  for (let count = 1 + pick.below(3); count > 0; count -= 1) {
    const change = pick.of(changes);
    const next = change.make(value, pick);
    if (next === undefined) continue;
    names.push(change.name);
    value = next;
  }
  return { object: value as unknown as KubeObject, how: names.join(', ') };
}

interface Change {
  readonly name: string;
  /** Undefined where there is nothing to change. */
  readonly make: (object: JsonObject, pick: Picker) => JsonObject | undefined;
}

/** Whatever names an object or is not to be changed. */
const fixed =
  /^(apiVersion|kind|metadata\.(name|namespace|uid|resourceVersion|creationTimestamp|generation|managedFields|annotations\.(argocd|kubectl))|status|roleRef|spec\.(selector|clusterIP|serviceName|volumeClaimTemplates)|template\.metadata\.labels)/;

function pathsOf(value: Json | undefined, at: Path = []): readonly Path[] {
  if (fixed.test(at.join('.'))) return [];
  const inner = Array.isArray(value)
    ? (value as readonly Json[]).flatMap((item, index) => pathsOf(item, [...at, index]))
    : isMap(value)
      ? Object.entries(value).flatMap(([name, item]) => pathsOf(item, [...at, name]))
      : [];
  return at.length === 0 ? inner : [at, ...inner];
}

function get(value: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>(
    (at, step) => (at === null || typeof at !== 'object' ? undefined : (at as Record<string | number, Json>)[step]),
    value,
  );
}

/** Puts a value; takes the field away where it is undefined. */
function put(value: JsonObject, path: Path, next: Json | undefined): JsonObject {
  const copy = structuredClone(value);
  const last = path.at(-1) ?? '';
  let at = copy as unknown as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) {
    at[step] ??= {};
    at = at[step] as Record<string | number, unknown>;
  }
  if (next !== undefined) at[last] = next;
  else if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
  return copy;
}

function atSome(
  object: JsonObject,
  pick: Picker,
  make: (value: Json, path: Path) => Json | undefined,
): JsonObject | undefined {
  const found = pathsOf(object).flatMap((path) => {
    const next = make(get(object, path) ?? null, path);
    return next === undefined ? [] : [{ path, next }];
  });
  if (found.length === 0) return undefined;
  const { path, next } = pick.of(found);
  return put(object, path, next);
}

const isName = (path: Path): boolean => ['name', 'key', 'mountPath', 'fieldPath'].includes(String(path.at(-1)));
const isQuantity = (path: Path): boolean =>
  /(requests|limits|hard|default|defaultRequest)\.[^.]+$|memory$/.test(path.join('.'));

const changes: readonly Change[] = [
  {
    name: 'a text',
    make: (object, pick) =>
      atSome(object, pick, (value, path) =>
        typeof value === 'string' && !isName(path) && !isQuantity(path) && !/^[A-Z]/.test(value)
          ? `${value}x`
          : undefined,
      ),
  },
  {
    name: 'a number',
    make: (object, pick) => atSome(object, pick, (value) => (typeof value === 'number' ? value + 1 : undefined)),
  },
  {
    name: 'a flag',
    make: (object, pick) => atSome(object, pick, (value) => (typeof value === 'boolean' ? !value : undefined)),
  },
  {
    name: 'less',
    make: (object, pick) => {
      const paths = pathsOf(object).filter((path) => !isName(path) && path.length > 1);
      return paths.length === 0 ? undefined : put(object, pick.of(paths), undefined);
    },
  },
  {
    name: 'a label',
    make: (object, pick) => put(object, ['metadata', 'labels', pick.of(['extra', 'team', 'app'])], 'new'),
  },
  {
    name: 'an annotation',
    make: (object, pick) => put(object, ['metadata', 'annotations', pick.of(['extra', 'team'])], 'new'),
  },
  {
    name: 'no annotation',
    make: (object) =>
      get(object, ['metadata', 'annotations', 'team']) === undefined
        ? undefined
        : put(object, ['metadata', 'annotations', 'team'], undefined),
  },
  {
    name: 'more of a list',
    make: (object, pick) =>
      atSome(object, pick, (value) => {
        if (!Array.isArray(value) || value.length === 0) return undefined;
        const items = value as readonly Json[];
        const [first = null] = items;
        if (typeof first === 'string') return [...items, 'more'];
        return isMap(first) && typeof first['name'] === 'string' ? [...items, { ...first, name: 'more' }] : undefined;
      }),
  },
  {
    name: 'another order',
    make: (object, pick) =>
      atSome(object, pick, (value) =>
        Array.isArray(value) && value.length > 1 ? (value as readonly Json[]).toReversed() : undefined,
      ),
  },
  {
    name: 'a quantity in other words',
    make: (object, pick) =>
      atSome(object, pick, (value, path) => {
        if (!isQuantity(path)) return undefined;
        const words: Readonly<Record<string, Json>> = {
          '1': '1000m',
          '100m': '0.1',
          '500m': '0.5',
          '1Gi': '1024Mi',
          '8Gi': '8192Mi',
          '128Mi': '134217728',
          '10': 10,
          '4': 4,
          '1000m': 1,
        };
        return words[JSON.stringify(value).replaceAll('"', '')];
      }),
  },
  {
    name: 'a quantity',
    make: (object, pick) =>
      atSome(object, pick, (_value, path) => (isQuantity(path) ? pick.of(['2', '3Gi', '250m']) : undefined)),
  },
  {
    name: 'emptiness',
    make: (object, pick) => {
      const [path, values] = pick.of<readonly [Path, readonly Json[]]>([
        [
          ['metadata', 'annotations'],
          [{}, null],
        ],
        [
          ['metadata', 'labels'],
          [{}, null],
        ],
        [
          ['metadata', 'finalizers'],
          [[], null],
        ],
      ]);
      return put(object, path, pick.of(values));
    },
  },
  { name: 'a creation timestamp', make: (object) => put(object, ['metadata', 'creationTimestamp'], null) },
  {
    name: 'a status',
    make: (object) => (object['kind'] === 'Deployment' ? put(object, ['status'], { replicas: 7 }) : undefined),
  },
  {
    name: 'an empty status',
    make: (object) => (isMap(get(object, ['spec', 'template'])) ? put(object, ['status'], {}) : undefined),
  },
  {
    name: 'a default said',
    make: (object) => {
      for (const [path, value] of defaults) {
        const parent = get(object, path.slice(0, -1));
        if (!isMap(parent) || parent[String(path.at(-1))] !== undefined) continue;
        const kind = only[String(path.at(-1))];
        if (kind === undefined || kind === object['kind']) return put(object, path, value);
      }
      return undefined;
    },
  },
  {
    name: 'data',
    make: (object, pick) =>
      get(object, ['data']) === undefined ? undefined : put(object, ['data', pick.of(['a', 'fresh', 'token'])], 'bmV3'),
  },
  {
    name: 'an empty datum',
    make: (object) => (get(object, ['data']) === undefined ? undefined : put(object, ['data', 'empty'], null)),
  },
  {
    name: 'rules',
    make: (object) =>
      get(object, ['rules']) === undefined
        ? undefined
        : put(object, ['rules'], [{ apiGroups: [''], resources: ['pods'], verbs: ['watch'] }]),
  },
];

const only: Readonly<Record<string, string>> = { type: 'Service', revisionHistoryLimit: 'Deployment', mode: 'Widget' };
const defaults: readonly (readonly [Path, Json])[] = [
  [['spec', 'template', 'spec', 'containers', 0, 'imagePullPolicy'], 'IfNotPresent'],
  [['spec', 'template', 'spec', 'dnsPolicy'], 'ClusterFirst'],
  [['spec', 'template', 'spec', 'containers', 0, 'ports', 0, 'protocol'], 'TCP'],
  [['spec', 'type'], 'ClusterIP'],
  [['spec', 'revisionHistoryLimit'], 10],
  [['spec', 'mode'], 'fast'],
];
