// What a generated Application is applied as: its own fields, except where the set leaves them to others.
// Mirrors createOrUpdateInCluster and applyIgnoreDifferences (argoproj/argo-cd:applicationset, 3.6), on field ownership
// instead of whole objects: what the template does not name is nobody's business here.

import { compileJq } from '@evenkeel/lang';
import {
  type Json,
  type JsonObject,
  type KubeObject,
  type OwnerReference,
  getJsonPointer,
  parseJsonPointer,
} from '@evenkeel/resource';
import { type ApplicationSet, GenerationError, type IgnoredDifference, objectOf } from './application-set.ts';
import type { SetSettings } from './set-settings.ts';

/** Upstream's field manager, so that a set can be taken over and given back. */
export const setFieldManager = 'argocd-applicationset-controller';

/** Annotations other controllers write on Applications; a template cannot take them away. */
const alwaysPreserved = [
  'notified.notifications.argoproj.io',
  'argocd.argoproj.io/refresh',
  'argocd.argoproj.io/hydrate',
];

/**
 * The configuration to apply over `live`.
 * @throws GenerationError where another controller owns the Application, or a rule to ignore differences cannot be read.
 */
export function desiredApplication(
  set: ApplicationSet,
  generated: KubeObject,
  live: KubeObject | undefined,
  settings: SetSettings,
): KubeObject {
  const { operation: _operation, ...rest } = generated as KubeObject & JsonObject;
  const owned: KubeObject = {
    ...(rest as KubeObject),
    metadata: { ...generated.metadata, ownerReferences: [ownerReference(set)] },
  };
  if (!live) return owned;
  refuseOtherOwner(set, live);
  const preserved = withPreserved(set, owned, live, settings);
  const rules = (set.spec.ignoreApplicationDifferences ?? []).filter(
    ({ name }) => name === undefined || name === '' || name === live.metadata.name,
  );
  return rules.reduce((config, rule) => ignoring(config, live, rule), preserved);
}

/** Controller, and no deletion of the set before its Applications are gone where that is asked for. */
function ownerReference({ name, object }: ApplicationSet): OwnerReference {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    name,
    uid: object.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The set that controls an Application, by its name. */
export function controllingSet(application: KubeObject): string | undefined {
  const owner = application.metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner?.kind === 'ApplicationSet' && owner.apiVersion === 'argoproj.io/v1alpha1' ? owner.name : undefined;
}

function refuseOtherOwner({ object }: ApplicationSet, live: KubeObject): void {
  const owner = live.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (!owner || owner.uid === object.metadata.uid) return;
  // A set deleted without its Applications and made anew takes them over.
  if (owner.kind === 'ApplicationSet' && owner.name === object.metadata.name) return;
  throw new GenerationError(
    `Object ${live.metadata.namespace ?? ''}/${live.metadata.name ?? ''} is already owned by another ${owner.kind} controller ${owner.name}`,
  );
}

function withPreserved(set: ApplicationSet, config: KubeObject, live: KubeObject, settings: SetSettings): KubeObject {
  const { annotations, labels } = config.metadata;
  const fields = set.spec.preservedFields ?? {};
  const keptAnnotations = [...alwaysPreserved, ...settings.preservedAnnotations, ...(fields.annotations ?? [])];
  const keptLabels = [...settings.preservedLabels, ...(fields.labels ?? [])];
  return {
    ...config,
    metadata: {
      ...config.metadata,
      ...(annotations ? { annotations: preserve(annotations, live.metadata.annotations, keptAnnotations) } : {}),
      ...(labels ? { labels: preserve(labels, live.metadata.labels, keptLabels) } : {}),
    },
  };
}

type Texts = Readonly<Record<string, string>>;

/** Live values win for names that are preserved. */
function preserve(own: Texts, live: Texts | undefined, names: readonly string[]): Texts {
  const kept = names.filter((name) => name in own && live?.[name] !== undefined);
  return { ...own, ...Object.fromEntries(kept.map((name) => [name, live?.[name] ?? ''])) };
}

/** The configuration with ignored fields as they are live, so that applying it changes none of them. */
function ignoring(config: KubeObject, live: KubeObject, rule: IgnoredDifference): KubeObject {
  let result = config as unknown as Json;
  const liveJson = live as unknown as Json;
  for (const pointer of rule.jsonPointers ?? []) result = takeOver(result, liveJson, tokensOf(pointer));
  for (const expression of rule.jqPathExpressions ?? []) {
    for (const path of pathsOf(expression, [result, liveJson])) result = takeOver(result, liveJson, path);
  }
  const { apiVersion, kind, metadata } = config;
  const found = result as unknown as KubeObject;
  // A rule may not make another object of it.
  const { name, namespace, ownerReferences } = metadata;
  return {
    ...found,
    apiVersion,
    kind,
    metadata: { ...found.metadata, name, namespace, ownerReferences } as KubeObject['metadata'],
  };
}

function tokensOf(pointer: string): readonly string[] {
  try {
    return parseJsonPointer(pointer);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    throw new GenerationError(`failed to apply ignore differences: the JSON pointer ${pointer}: ${message}`, {
      cause: error,
    });
  }
}

/** The paths a jq expression names, in any of the documents. */
function pathsOf(expression: string, documents: readonly Json[]): readonly (readonly string[])[] {
  // Alone first: what is said of a program with an expression in it is not about the expression.
  const alone = compileJq(expression);
  const program = alone.ok ? compileJq(`path(${expression})`) : alone;
  if (!program.ok) {
    const { message } = program.error;
    throw new GenerationError(`failed to apply ignore differences: the jq expression ${expression}: ${message}`);
  }
  const found = new Map<string, readonly string[]>();
  for (const document of documents) {
    const run = program.value.run(document);
    // One that fails on a document leads nowhere in it; one that does not end would leave to the set what it was to ignore.
    if (run.error?.code === 'LIMIT')
      throw new GenerationError(`failed to apply ignore differences: the jq expression ${expression} does not end`);
    for (const path of run.values) {
      const tokens = (path as readonly Json[]).map(String);
      found.set(JSON.stringify(tokens), tokens);
    }
  }
  return [...found.values()];
}

function takeOver(config: Json, live: Json, tokens: readonly string[]): Json {
  const pointer = tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return write(config, tokens, getJsonPointer(live, pointer));
}

/** A copy with a value put in, or taken out where it is undefined. Lists that are too short are left as they are. */
function write(json: Json, tokens: readonly string[], value: Json | undefined): Json {
  const [token, ...rest] = tokens;
  if (token === undefined) return value ?? json;
  if (Array.isArray(json)) {
    const index = Number(token);
    if (!Number.isInteger(index) || index < 0 || index >= json.length) return json;
    if (rest.length === 0 && value === undefined) return (json as readonly Json[]).filter((_item, at) => at !== index);
    return (json as readonly Json[]).map((item, at) => (at === index ? write(item, rest, value) : item));
  }
  const object = objectOf(json);
  if (!object) return json;
  if (rest.length === 0 && value === undefined) {
    return Object.fromEntries(Object.entries(object).filter(([name]) => name !== token)) as JsonObject;
  }
  const child = object[token];
  if (child === undefined && (rest.length > 0 ? value === undefined : false)) return json;
  return { ...object, [token]: rest.length === 0 ? (value ?? null) : write(child ?? {}, rest, value) };
}
