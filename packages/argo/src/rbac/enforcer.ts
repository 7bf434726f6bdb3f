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
  const reader = patternReader(mode);
  const known = new Map<string, readonly ReadRule[]>();
  const allOf = (subject: string): readonly ReadRule[] => {
    // Only those that policies name are remembered: there is no end to the others.
    const remembered = known.get(subject);
    if (remembered) return remembered;
    const found = [...reachable(subject, rolesOf)].flatMap((name) => rulesOf.get(name) ?? []).map(reader);
    if (rolesOf.has(subject) || rulesOf.has(subject)) known.set(subject, found);
    return found;
  };
  return {
    enforce: (subject, request) => decide(allOf(subject), request),
    isBound: (member) => rolesOf.has(member),
    emptyRoles: () => [...new Set(bindings.map(({ role }) => role))].filter((role) => allOf(role).length === 0),
  };
}

/** Reads the patterns of rules, each only once. */
function patternReader(mode: MatchMode): (rule: PolicyRule) => ReadRule {
  const patterns = new Map<string, Fits>();
  const read = mode === 'regex' ? readExpression : readGlob;
  const fitsOf = (pattern: string): Fits => {
    const fits = patterns.get(pattern) ?? read(pattern);
    patterns.set(pattern, fits);
    return fits;
  };
  return (rule) => ({ ...rule, fits: [fitsOf(rule.resource), fitsOf(rule.action), fitsOf(rule.object)] });
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
type Fits = (text: string) => boolean | 'unreadable';

/** A rule whose patterns were read. */
type ReadRule = PolicyRule & { readonly fits: readonly [resource: Fits, action: Fits, object: Fits] };

function decide(rules: readonly ReadRule[], { resource, action, object }: RbacRequest): boolean {
  let allowed = false;
  for (const { fits, effect } of rules) {
    const verdict = fitsAll(fits, [resource, action, object]);
    if (verdict === 'unreadable') return false;
    if (!verdict) continue;
    if (effect === 'deny') return false;
    if (effect === 'allow') allowed = true;
  }
  return allowed;
}

function fitsAll(fits: ReadRule['fits'], texts: readonly [string, string, string]): boolean | 'unreadable' {
  const first = fits[0](texts[0]);
  if (first !== true) return first;
  const second = fits[1](texts[1]);
  return second === true ? fits[2](texts[2]) : second;
}

/** A glob that cannot be read fits nothing, as in the original. */
function readGlob(pattern: string): Fits {
  if (pattern === '*') return () => true;
  const special = pattern.search(/[*?[\]{}\\]/);
  if (special < 0) return (text) => text === pattern;
  const glob = compileGlob(pattern);
  // Most rules are of other projects: their first letters tell.
  const beginning = pattern.slice(0, special);
  return (text) => text.startsWith(beginning) && glob?.(text) === true;
}

function readExpression(pattern: string): Fits {
  return (text) => {
    try {
      return matchesRegex(text, pattern);
    } catch {
      return 'unreadable';
    }
  };
}
