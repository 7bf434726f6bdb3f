// What people may do with an object beside applying it: restart, pause, scale, promote. Names, parameters, icons and results
// are Argo CD's own. Mirrors argoproj/argo-cd:resource_customizations/**/actions (3.6).

import { type KubeObject, parseApiVersion } from '@evenkeel/resource';
import type { ActionDefinition, ActionImpact, ActionRun, Draft, GroupActions, ResourceAction } from './definition.ts';
import { actionGroups } from './registry.ts';

const built = new Map<string, GroupActions>();

function definitionsOf({ apiVersion, kind }: KubeObject): Readonly<Record<string, ActionDefinition>> {
  const { group } = parseApiVersion(apiVersion);
  let found = built.get(group);
  if (!found) {
    found = Object.hasOwn(actionGroups, group) ? (actionGroups[group]?.() ?? {}) : {};
    built.set(group, found);
  }
  return (Object.hasOwn(found, kind) ? found[kind] : undefined) ?? {};
}

/** The bundled actions of an object, in the order they are defined; empty for kinds that have none. */
export function actionsOf(object: KubeObject): readonly ResourceAction[] {
  return Object.entries(definitionsOf(object))
    .filter(([, { isOffered }]) => isOffered?.(object) ?? true)
    .map(([name, { iconClass, displayName, params, isDisabled }]) => ({
      name,
      disabled: isDisabled?.(object) ?? false,
      ...(iconClass === undefined ? {} : { iconClass }),
      ...(displayName === undefined
        ? {}
        : { displayName: typeof displayName === 'string' ? displayName : displayName(object) }),
      ...(params ? { params: params(object) } : {}),
    }));
}

/**
 * What a bundled action makes of an object: objects as they shall be, nothing is written here. Undefined where the kind has no
 * such action. Throws {@link ActionError}.
 */
export function runBundledAction(
  object: KubeObject,
  name: string,
  run: ActionRun,
): readonly ActionImpact[] | undefined {
  const definitions = definitionsOf(object);
  const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  if (!definition) return undefined;
  const draft = structuredClone(object) as unknown as Draft;
  const made = definition.run(draft, run, object);
  if (made) return made.map((entry) => ({ operation: 'create', object: entry as unknown as KubeObject }));
  return [{ operation: 'patch', object: draft as unknown as KubeObject }];
}
