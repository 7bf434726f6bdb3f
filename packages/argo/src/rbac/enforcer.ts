// Decides by policies: whether a subject, by itself or through the roles it has, may do something. Some rule must allow it and
// none may deny it.
// Mirrors argoproj/argo-cd:assets/model.conf (3.6) and what casbin 2.135 makes of it.

import { compileGlob, matchesRegex } from '@evenkeel/lang';
import type { Binding, PolicyRule } from './policy-line.ts';

/** Rules and bindings, in any order. */
export interface Policies {
  readonly rules: readonly PolicyRule[];
  readonly bindings: readonly Binding[];
}

/** How patterns of rules are read: whole texts by globs in which `*` takes `/` too, or Go's expressions found anywhere. */
export type MatchMode = 'glob' | 'regex';

/** What somebody wants to do. */
export interface RbacRequest {
  readonly resource: string;
  readonly action: string;
  readonly object: string;
}

export interface Enforcer {
  /** Whether a rule of the subject allows the request and none denies it. */
  enforce(subject: string, request: RbacRequest): boolean;
  /** Whether a `g` line gives a role to somebody of this name. */
  isBound(member: string): boolean;
  /** Roles that somebody has, but that no rule speaks of. */
  emptyRoles(): readonly string[];
}

/** How many bindings lead from a user to a role at most, as in casbin. */
const bindingsMax = 10;

/** Makes an enforcer. Asking it costs nothing but the rules of the subject. */
export function createEnforcer({ rules, bindings }: Policies, mode: MatchMode): Enforcer {
  const rolesOf = new Map<string, Set<string>>();
  for (const { member, role } of bindings) {
    const roles = rolesOf.get(member) ?? new Set();
    rolesOf.set(member, roles.add(role));
  }
  const rulesOf = new Map<string, PolicyRule[]>();
  for (const rule of rules) {
    const own = rulesOf.get(rule.subject) ?? [];
    own.push(rule);
    rulesOf.set(rule.subject, own);
  }
  const matches = mode === 'regex' ? fitsExpression : fitsGlob;
  const known = new Map<string, readonly PolicyRule[]>();
  const allOf = (subject: string): readonly PolicyRule[] => {
    // Only those that policies name are remembered: there is no end to the others.
    const remembered = known.get(subject);
    if (remembered) return remembered;
    const found = [...reachable(subject, rolesOf)].flatMap((name) => rulesOf.get(name) ?? []);
    if (rolesOf.has(subject) || rulesOf.has(subject)) known.set(subject, found);
    return found;
  };
  return {
    enforce: (subject, request) => decide(allOf(subject), request, matches),
    isBound: (member) => rolesOf.has(member),
    emptyRoles: () => [...new Set(bindings.map(({ role }) => role))].filter((role) => allOf(role).length === 0),
  };
}

/** A subject and every role it has, directly or through other roles. */
function reachable(subject: string, rolesOf: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const found = new Set([subject]);
  let latest: readonly string[] = [subject];
  for (let steps = 0; steps < bindingsMax && latest.length > 0; steps += 1) {
    latest = latest.flatMap((name) => [...(rolesOf.get(name) ?? [])]).filter((name) => !found.has(name));
    for (const name of latest) found.add(name);
  }
  return found;
}

/** A pattern that cannot be read at all decides against the request, wherever in the policies it stands. */
type Matches = (pattern: string, text: string) => boolean | 'unreadable';

function decide(rules: readonly PolicyRule[], request: RbacRequest, matches: Matches): boolean {
  let allowed = false;
  for (const rule of rules) {
    const fits = ruleFits(rule, request, matches);
    if (fits === 'unreadable') return false;
    if (!fits) continue;
    if (rule.effect === 'deny') return false;
    if (rule.effect === 'allow') allowed = true;
  }
  return allowed;
}

function ruleFits(
  { resource, action, object }: PolicyRule,
  request: RbacRequest,
  matches: Matches,
): boolean | 'unreadable' {
  for (const [pattern, text] of [
    [resource, request.resource],
    [action, request.action],
    [object, request.object],
  ] as const) {
    const fits = matches(pattern, text);
    if (fits !== true) return fits;
  }
  return true;
}

/** A glob that cannot be read fits nothing, as in the original. */
function fitsGlob(pattern: string, text: string): boolean {
  return compileGlob(pattern)?.(text) === true;
}

function fitsExpression(pattern: string, text: string): boolean | 'unreadable' {
  try {
    return matchesRegex(text, pattern);
  } catch {
    return 'unreadable';
  }
}
