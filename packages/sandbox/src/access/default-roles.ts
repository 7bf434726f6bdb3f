// The roles and bindings every cluster has, and the aggregation that fills admin, edit and view.

import type { KubeObject } from '@evenkeel/resource';
import { type LabelSelector, labelSelectorMatch } from '../api/selectors.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, copyValue, sameValue } from '../store/draft.ts';
import type { Actor } from '../workloads/actor.ts';
import type { ControllerSpec } from '../workloads/controller.ts';
import { defaultRolesJson } from './default-roles.gen.ts';

const roles = 'clusterroles.rbac.authorization.k8s.io';
const bindings = 'clusterrolebindings.rbac.authorization.k8s.io';

/** Creates the default roles and bindings that are missing. */
export function createDefaultRoles(actor: Actor): void {
  if (actor.get(roles, '', 'cluster-admin') !== undefined) return;
  for (const each of JSON.parse(defaultRolesJson) as readonly Draft[]) {
    const collection = each.kind === 'ClusterRole' ? roles : bindings;
    const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
    actor.create(collection, {
      ...each,
      apiVersion: 'rbac.authorization.k8s.io/v1',
      metadata: { ...each.metadata, annotations },
    });
  }
}

/** Keeps aggregated roles equal to the rules of the roles they select (pkg/controller/clusterroleaggregation). */
export function aggregationController(all: () => readonly KubeObject[]): ControllerSpec {
  const aggregated = (): readonly KubeObject[] => all().filter((role) => role['aggregationRule'] !== undefined);
  return {
    manager: 'clusterrole-aggregation-controller',
    watches: { [roles]: () => aggregated().map((role) => `/${role.metadata.name ?? ''}`) },
    reconcile: (actor, _namespace, name) => {
      const role = actor.get(roles, '', name);
      if (role === undefined) return;
      const selectors = bagsOf(bagAt(role as unknown as Bag, 'aggregationRule')?.['clusterRoleSelectors']);
      const matches = selectors.map((selector) => labelSelectorMatch(selector as LabelSelector));
      const rules: Bag[] = [];
      for (const other of all()) {
        if (other.metadata.name === name || !matches.some((match) => match(other.metadata.labels))) continue;
        for (const rule of bagsOf(other['rules'] as Bag[] | undefined)) {
          if (!rules.some((each) => sameValue(each, rule))) rules.push(rule);
        }
      }
      if (sameValue(role['rules'] ?? [], rules)) return;
      actor.update(roles, role, (draft) => {
        draft['rules'] = copyValue(rules) ?? [];
      });
    },
  };
}
