// Which changes of live objects are worth a comparison: `resource.ignoreResourceUpdatesEnabled` and the fields named with it.
// Mirrors argoproj/argo-cd:controller/cache/cache.go skipResourceUpdate (3.6): an update that only touches ignored fields and
// leaves the health as it was starts nothing.

import { type CustomHealthCheck, type DiffRules, health, withoutIgnored } from '@evenkeel/engine';
import { compileJq } from '@evenkeel/lang';
import { type GroupKind, type JsonObject, type KubeObject, gvkOf, isMap } from '@evenkeel/resource';
import { customizationsOf } from './settings/customizations.ts';
import type { ArgoSettings } from './settings/settings.ts';

/** Whether a change of a live object says nothing, under these settings. */
export function createUpdateFilter(
  settings: () => ArgoSettings,
  judge: CustomHealthCheck,
): (previous: KubeObject, object: KubeObject) => boolean {
  const known = new WeakMap<ArgoSettings, Map<string, DiffRules | undefined>>();
  const rulesFor = (current: ArgoSettings, kind: GroupKind): DiffRules | undefined => {
    const rules = known.get(current) ?? new Map<string, DiffRules | undefined>();
    known.set(current, rules);
    const key = `${kind.group}/${kind.kind}`;
    if (!rules.has(key)) rules.set(key, rulesOf(current, kind));
    return rules.get(key);
  };
  return (previous, object) => {
    const current = settings();
    if (!current.ignoreResourceUpdates) return false;
    const rules = rulesFor(current, gvkOf(object));
    if (!rules || told(previous, rules) !== told(object, rules)) return false;
    const [before, after] = [health(previous, judge), health(object, judge)];
    return before?.status === after?.status && before?.message === after?.message;
  };
}

/** Undefined where nothing is named for the kind: then every change counts. */
function rulesOf(settings: ArgoSettings, kind: GroupKind): DiffRules | undefined {
  const found = customizationsOf(settings.customizations, kind).flatMap((customization) => [
    customization.ignoreResourceUpdates,
    ...(settings.compare.ignoreDifferencesOnResourceUpdates ? [customization.ignoreDifferences] : []),
  ]);
  const pointers = found.flatMap(({ jsonPointers }) => jsonPointers);
  const removals = found.flatMap(({ jqPathExpressions }) =>
    jqPathExpressions.flatMap((expression) => {
      const program = compileJq(`del(${expression})`);
      if (!program.ok) return [];
      return [
        (object: JsonObject) => {
          const { values, error } = program.value.run(object, { valuesMax: 2 });
          const [first] = values;
          return error === undefined && values.length === 1 && isMap(first) ? first : undefined;
        },
      ];
    }),
  );
  return pointers.length + removals.length === 0 ? undefined : { pointers, removals, managers: [] };
}

/** What an object says, without what the server counts and what is ignored. */
function told(object: KubeObject, rules: DiffRules): string {
  const left = withoutIgnored(object, rules);
  const { resourceVersion: _version, generation: _generation, managedFields: _owners, ...metadata } = left.metadata;
  return JSON.stringify({ ...left, metadata });
}
