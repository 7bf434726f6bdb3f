// What the ConfigMap argocd-rbac-cm decides.
// Mirrors argoproj/argo-cd:util/rbac/rbac.go syncUpdate and server/server.go rbacPolicyLoader (3.6).

import { parseYaml } from '@evenkeel/resource';
import { builtinPolicies } from './builtin-policy.ts';
import type { MatchMode, Policies } from './enforcer.ts';
import { type ReadPolicies, joinPolicies, policySources, readPolicies } from './policy-text.ts';

export interface RbacSettings {
  /** Built-in policies and those of the ConfigMap. */
  readonly policies: Policies;
  /** Those of the ConfigMap alone. */
  readonly written: ReadPolicies;
  readonly defaultRole: string;
  readonly matchMode: MatchMode;
  /** The claims of a token that name groups. */
  readonly scopes: readonly string[];
  /** Where the ConfigMap cannot be read, one entry each: nothing is permitted to bearers of tokens until it can. */
  readonly problems: readonly { readonly at: string; readonly sentence: string }[];
}

/** The ConfigMap. */
export const rbacConfigName = 'argocd-rbac-cm';

/** Reads the `data` of the ConfigMap; undefined where it is not there. Never throws. */
export function readRbacSettings(data: Readonly<Record<string, string>> = {}): RbacSettings {
  const written = readPolicies(policySources(data));
  const scopes = readScopes(data['scopes'] ?? '');
  return {
    policies: joinPolicies(builtinPolicies, written),
    written,
    defaultRole: data['policy.default'] ?? '',
    matchMode: data['policy.matchMode'] === 'regex' ? 'regex' : 'glob',
    scopes: scopes ?? ['groups'],
    problems: [
      ...written.problems.map(({ source, line, sentence }) => ({ at: `${source}:${line}`, sentence })),
      ...(scopes ? [] : [{ at: 'scopes', sentence: "scopes is not a list of names, such as '[groups, email]'" }]),
    ],
  };
}

function readScopes(text: string): readonly string[] | undefined {
  if (text === '') return ['groups'];
  try {
    const value = parseYaml(text, { dialect: 'sigs' });
    if (value === null) return [];
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}
