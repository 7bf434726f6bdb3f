// Which webhooks a write concerns (apiserver:pkg/admission/plugin/webhook/{generic,predicates}, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Requester } from '../access/identity.ts';
import type { Registry } from '../api/registry.ts';
import { type LabelSelector, labelSelectorMatch } from '../api/selectors.ts';
import type { ServedType } from '../api/served-type.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';

/** A write as admission sees it. */
export interface Attributes {
  readonly type: ServedType;
  readonly subresource: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly name: string;
  /** Of a namespace itself: its own name. */
  readonly namespace: string;
  /** The kind of the object where it is not the type's own (Scale). */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
  readonly by: Requester;
  readonly dryRun: boolean;
}

/** A webhook of a configuration. */
export interface Hook {
  readonly name: string;
  /** Tells webhooks of one name in one configuration apart. */
  readonly id: string;
  readonly mutating: boolean;
  readonly spec: Bag;
}

/** A webhook to call, and the type as it wants to see it. */
export interface Invocation {
  readonly hook: Hook;
  readonly type: ServedType;
}

/** All webhooks of a kind of configuration, in the order they are called. */
export function hooksOf(store: Store, mutating: boolean): readonly Hook[] {
  const collection = `${mutating ? 'mutating' : 'validating'}webhookconfigurations.admissionregistration.k8s.io`;
  return store
    .collection(collection)
    .list()
    .flatMap((configuration) =>
      bagsOf(listAt(configuration as unknown as Draft, 'webhooks')).map((spec, index) => ({
        name: scalarText(spec['name']),
        id: `${configuration.metadata.uid ?? ''}/${configuration.metadata.generation ?? 0}/${index}`,
        mutating,
        spec,
      })),
    );
}

const exemptKinds = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

/** True for the objects that configure admission itself: they are never sent to webhooks. */
export function isExempt(type: ServedType): boolean {
  return type.group === 'admissionregistration.k8s.io' && exemptKinds.has(type.kind);
}

/** How a webhook is to be called for a write; undefined where it does not concern it. */
export function invocationOf(
  hook: Hook,
  attributes: Attributes,
  world: { readonly store: Store; readonly registry: Registry },
): Invocation | undefined {
  if (!namespaceMatches(hook.spec, attributes, world.store)) return undefined;
  if (!objectMatches(hook.spec, attributes)) return undefined;
  const rules = bagsOf(hook.spec['rules']);
  if (rules.some((rule) => ruleMatches(rule, attributes, attributes.type))) return { hook, type: attributes.type };
  if (hook.spec['matchPolicy'] !== 'Equivalent') return undefined;
  const { type } = attributes;
  const equivalents = world.registry.all().filter((each) => each !== type && each.collection === type.collection);
  for (const rule of rules) {
    const found = equivalents.find((each) => ruleMatches(rule, attributes, each));
    if (found !== undefined) return { hook, type: found };
  }
  return undefined;
}

/** True where the namespace of a write fits the namespaceSelector of `spec`. */
export function namespaceMatches(spec: Bag, attributes: Attributes, store: Store): boolean {
  const isNamespace = attributes.type.collection === 'namespaces';
  if (attributes.namespace === '' && !isNamespace) return true;
  const selector = bagAt(spec, 'namespaceSelector') as LabelSelector | undefined;
  const own = isNamespace && attributes.subresource === '' && attributes.operation !== 'DELETE';
  const namespace = own ? attributes.object : store.collection('namespaces').get('', attributes.namespace);
  return labelSelectorMatch(selector ?? {})(namespace?.metadata.labels);
}

/** True where either state of the object fits the objectSelector; with neither there, only a selector leaves out. */
export function objectMatches(spec: Bag, { object, old }: Attributes): boolean {
  const selector = (bagAt(spec, 'objectSelector') ?? {}) as LabelSelector;
  const isEmpty = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
  if (isEmpty) return true;
  const matches = labelSelectorMatch(selector);
  return (
    (object !== undefined && matches(object.metadata.labels)) || (old !== undefined && matches(old.metadata.labels))
  );
}

/** True where a rule names the write, with the object seen as `type`. */
export function ruleMatches(rule: Bag, attributes: Attributes, type: ServedType): boolean {
  return (
    scopeMatches(scalarText(rule['scope'] ?? '*'), attributes) &&
    includes(rule['operations'], attributes.operation) &&
    includes(rule['apiGroups'], type.group) &&
    includes(rule['apiVersions'], type.version) &&
    (listAt(rule, 'resources') ?? []).some((each) => {
      const [resource = '', sub = ''] = scalarText(each).split(/\/(.*)/s);
      return (resource === '*' || resource === type.plural) && (sub === '*' || sub === attributes.subresource);
    })
  );
}

function scopeMatches(scope: string, { type, namespace }: Attributes): boolean {
  const clusterWide = type.collection === 'namespaces' || namespace === '';
  return scope === '*' || (scope === 'Cluster' ? clusterWide : scope === 'Namespaced' && !clusterWide);
}

function includes(list: unknown, value: string): boolean {
  return Array.isArray(list) && (list.includes('*') || list.includes(value));
}
