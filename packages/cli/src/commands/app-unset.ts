// What `evenkeel app unset` takes out of a source. Mirrors argoproj/argo-cd:cmd/argocd/commands/app.go (3.6) unset.

import type { JsonObject } from '@evenkeel/resource';
import { draftAt, draftOf, dropEmpty, listAt } from './app-spec.ts';
import { imageName } from './kustomize-overrides.ts';

/** The flags. */
export interface UnsetOptions {
  readonly parameter?: readonly string[];
  readonly values?: readonly string[];
  readonly valuesLiteral?: boolean;
  readonly ignoreMissingValueFiles?: boolean;
  readonly passCredentials?: boolean;
  readonly namesuffix?: boolean;
  readonly nameprefix?: boolean;
  readonly kustomizeVersion?: boolean;
  readonly kustomizeNamespace?: boolean;
  readonly kustomizeImage?: readonly string[];
  readonly kustomizeReplica?: readonly string[];
  readonly ignoreMissingComponents?: boolean;
  readonly pluginEnv?: readonly string[];
  readonly ref?: boolean;
}

const fields: readonly (readonly [keyof UnsetOptions, 'helm' | 'kustomize', readonly string[]])[] = [
  ['valuesLiteral', 'helm', ['values', 'valuesObject']],
  ['ignoreMissingValueFiles', 'helm', ['ignoreMissingValueFiles']],
  ['passCredentials', 'helm', ['passCredentials']],
  ['nameprefix', 'kustomize', ['namePrefix']],
  ['namesuffix', 'kustomize', ['nameSuffix']],
  ['kustomizeVersion', 'kustomize', ['version']],
  ['kustomizeNamespace', 'kustomize', ['namespace']],
  ['ignoreMissingComponents', 'kustomize', ['ignoreMissingComponents']],
];

/** What is taken out of a list: each entry by how the flag names it. */
const lists: readonly (readonly [
  keyof UnsetOptions,
  'helm' | 'kustomize' | 'plugin',
  string,
  (entry: never) => unknown,
])[] = [
  ['parameter', 'helm', 'parameters', ({ name }: JsonObject) => name],
  ['values', 'helm', 'valueFiles', (entry: string) => entry],
  ['kustomizeImage', 'kustomize', 'images', (entry: string) => imageName(entry)],
  ['kustomizeReplica', 'kustomize', 'replicas', ({ name }: JsonObject) => name],
  ['pluginEnv', 'plugin', 'env', ({ name }: JsonObject) => name],
];

/** Whether any flag names something. */
export function isUnsetting(options: UnsetOptions): boolean {
  const named = [...fields.map(([flag]) => flag), ...lists.map(([flag]) => flag), 'ref' as const];
  return named.some((flag) => {
    const value = options[flag];
    return value === true || (Array.isArray(value) && value.length > 0);
  });
}

/** The source without what the flags name; undefined where it has none of it. */
export function withoutSettings(before: JsonObject, options: UnsetOptions): JsonObject | undefined {
  const source = draftOf(before);
  let isChanged = false;
  if (options.ref === true && source['ref'] !== undefined) {
    delete source['ref'];
    isChanged = true;
  }
  for (const [flag, part, names] of fields) {
    if (options[flag] !== true || source[part] === undefined) continue;
    const draft = draftAt(source, part);
    for (const name of names) {
      isChanged ||= name in draft;
      delete draft[name];
    }
  }
  for (const [flag, part, name, nameOf] of lists) {
    const wanted = options[flag];
    if (!Array.isArray(wanted) || source[part] === undefined) continue;
    const draft = draftAt(source, part);
    const entries = listAt(draft, name);
    const asked = flag === 'kustomizeImage' ? wanted.map((one: string) => imageName(one)) : wanted;
    const rest = entries.filter((entry) => !asked.includes(nameOf(entry as never)));
    isChanged ||= rest.length < entries.length;
    draft[name] = rest;
    dropEmpty(draft, name);
  }
  dropEmpty(source, 'helm', 'kustomize');
  return isChanged ? source : undefined;
}
