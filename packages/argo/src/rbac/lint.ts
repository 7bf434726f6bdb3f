// What the author of policies may not have meant: taken by the original without a word, and mostly of no effect.

import { compileGlob, matchesRegex } from '@evenkeel/lang';
import { builtinPolicies } from './builtin-policy.ts';
import { type MatchMode, createEnforcer } from './enforcer.ts';
import type { PolicyRule } from './policy-line.ts';
import { type PolicyProblem, type ReadPolicies, joinPolicies } from './policy-text.ts';
import { questionProblem, rbacResources } from './words.ts';

/** One sentence for each, with its place; roles that nothing speaks of come last, at the line that names them. */
export function policyWarnings(read: ReadPolicies, mode: MatchMode): readonly PolicyProblem[] {
  const empty = new Set(createEnforcer(joinPolicies(builtinPolicies, read), mode).emptyRoles());
  return [
    ...read.ignored.map((at) => ({ ...at, sentence: 'a line that begins with r, e or m is taken and does nothing' })),
    ...read.placedRules.flatMap(({ at, says }) => ruleWarnings(says, mode).map((sentence) => ({ ...at, sentence }))),
    ...read.placedBindings.flatMap(({ at, says: { role } }) =>
      empty.has(role) ? [{ ...at, sentence: `user defined roles not found in policies: ${role}` }] : [],
    ),
  ];
}

function ruleWarnings(rule: PolicyRule, mode: MatchMode): readonly string[] {
  const { resource, action, object, effect } = rule;
  const spaced = [rule.subject, resource, action, object, effect].find((field) => /\s$/.test(field));
  return [
    ...(effect === 'allow' || effect === 'deny' ? [] : [`the effect "${effect}" is neither allow nor deny`]),
    ...(spaced === undefined ? [] : [`the space behind "${spaced.trimEnd()}" belongs to the field`]),
    ...[resource, action, object].flatMap((pattern) => patternWarning(pattern, mode)),
    ...wordWarnings(rule, mode),
  ];
}

function patternWarning(pattern: string, mode: MatchMode): readonly string[] {
  if (mode === 'glob') return compileGlob(pattern) ? [] : [`the glob "${pattern}" cannot be read and fits nothing`];
  try {
    matchesRegex('', pattern);
    return [];
  } catch {
    return [`the expression "${pattern}" cannot be read; every request that comes to it is refused`];
  }
}

/** Words without wildcards that no request ever names. */
function wordWarnings({ resource, action }: PolicyRule, mode: MatchMode): readonly string[] {
  if (mode === 'regex' || !/^[a-z-]+$/.test(resource)) return [];
  if (!rbacResources.includes(resource))
    return [`nothing is called "${resource}"; one of: ${rbacResources.join(', ')}`];
  if (!/^[a-z]+(\/.*)?$/.test(action)) return [];
  const problem = questionProblem(resource, action);
  return problem === undefined ? [] : [problem];
}
