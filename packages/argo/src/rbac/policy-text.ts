// Policies as people write them, whole: in one text, or over several keys of argocd-rbac-cm, with what is wrong in them by line.

import type { Policies } from './enforcer.ts';
import { type Binding, type PolicyRule, readPolicyLine } from './policy-line.ts';

/** Something wrong, and where. */
export interface PolicyProblem {
  /** The file, or the key of the ConfigMap. */
  readonly source: string;
  /** From 1. */
  readonly line: number;
  readonly sentence: string;
}

/** A rule or binding with the place it stands at. */
export interface PolicyPlace<T> {
  readonly at: { readonly source: string; readonly line: number };
  readonly says: T;
}

export interface ReadPolicies extends Policies {
  /** Lines that make the whole unusable: the original starts with none of it. */
  readonly problems: readonly PolicyProblem[];
  readonly placedRules: readonly PolicyPlace<PolicyRule>[];
  readonly placedBindings: readonly PolicyPlace<Binding>[];
  /** Lines that are taken and never looked at. */
  readonly ignored: readonly { readonly source: string; readonly line: number }[];
}

/** One text of policies, and what it is called. */
export interface PolicySource {
  readonly name: string;
  readonly text: string;
}

/** Reads every line. Never throws. */
export function readPolicies(sources: readonly PolicySource[]): ReadPolicies {
  const placedRules: PolicyPlace<PolicyRule>[] = [];
  const placedBindings: PolicyPlace<Binding>[] = [];
  const problems: PolicyProblem[] = [];
  const ignored: { readonly source: string; readonly line: number }[] = [];
  for (const { name, text } of sources) {
    for (const [index, one] of text.split('\n').entries()) {
      const at = { source: name, line: index + 1 };
      const read = readPolicyLine(one);
      if (read.kind === 'rule') placedRules.push({ at, says: read.rule });
      else if (read.kind === 'binding') placedBindings.push({ at, says: read.binding });
      else if (read.kind === 'problem') problems.push({ ...at, sentence: read.sentence });
      else if (read.kind === 'ignored') ignored.push(at);
    }
  }
  return {
    rules: placedRules.map(({ says }) => says),
    bindings: placedBindings.map(({ says }) => says),
    problems,
    placedRules,
    placedBindings,
    ignored,
  };
}

/**
 * The texts of a ConfigMap in the order they count: `policy.csv`, then every `policy.<any>.csv` by name.
 * Mirrors argoproj/argo-cd:util/rbac/rbac.go PolicyCSV (3.6).
 */
export function policySources(data: Readonly<Record<string, string>>): readonly PolicySource[] {
  const main = 'policy.csv';
  const more = Object.keys(data)
    .filter((key) => key !== main && key.startsWith('policy.') && key.endsWith('.csv'))
    .toSorted((left, right) => (left < right ? -1 : 1));
  return [...(data[main] === undefined ? [] : [main]), ...more].map((name) => ({ name, text: data[name] ?? '' }));
}

/** Several sets of policies as one. */
export function joinPolicies(...all: readonly Policies[]): Policies {
  return {
    rules: all.flatMap(({ rules }) => rules),
    bindings: all.flatMap(({ bindings }) => bindings),
  };
}
