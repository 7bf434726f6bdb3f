// Whoever writes a policy or a binding must be allowed to read the parameters it names
// (pkg/registry/admissionregistration/validatingadmissionpolicy{,binding}/authz.go, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Identity } from '../access/identity.ts';
import type { AccessRules } from '../access/rules.ts';
import type { Registry } from '../api/registry.ts';
import { apiVersionOf } from '../api/served-type.ts';
import { invalid } from '../api/status.ts';
import type { Write } from '../api/writer.ts';
import { type Bag, type Draft, bagAt, sameValue, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import { Causes } from '../validation/causes.ts';

const group = 'admissionregistration.k8s.io';

export interface AuthorityDeps {
  readonly store: Store;
  readonly registry: Registry;
  readonly access: AccessRules;
}

/** Throws 422 where the writer may not read the parameters. */
export function checkPolicyAuthority(
  deps: AuthorityDeps,
  write: Write,
  draft: Draft,
  old: KubeObject | undefined,
): void {
  const { type, by, subresource } = write;
  if (type.group !== group || subresource !== undefined || by === undefined || by.trusted === true) return;
  if (by.identity.groups.includes('system:masters')) return;
  const spec = bagAt(draft, 'spec') ?? {};
  const causes = new Causes();
  if (type.plural === 'validatingadmissionpolicies') {
    const kind = bagAt(spec, 'paramKind');
    const before = bagAt(old as unknown as Draft | undefined, 'spec')?.['paramKind'];
    if (kind === undefined || sameValue(kind, before)) return;
    const why = kindProblem(deps, by.identity, kind);
    if (why !== undefined) causes.forbidden('spec.paramKind', why);
  } else if (type.plural === 'validatingadmissionpolicybindings') {
    const reference = bagAt(spec, 'paramRef');
    if (reference === undefined) return;
    const why = referenceProblem(deps, by.identity, { reference, policyName: scalarText(spec['policyName']) });
    if (why !== undefined) causes.forbidden('spec.paramRef', why);
  }
  if (causes.list.length > 0) throw invalid(type, draft.metadata.name ?? '', causes.list);
}

function kindProblem(deps: AuthorityDeps, identity: Identity, paramKind: Bag): string | undefined {
  const { resource = '*', group: of } = resourceOf(deps.registry, paramKind);
  const attempt = { verb: 'get', group: of, resource, subresource: '', namespace: '*', name: '*' };
  if (deps.access.decide(identity, attempt).allowed) return undefined;
  const { kind, apiVersion } = paramKind;
  return `user ${userText(identity)} must have "get" permission on all objects of the referenced paramKind (kind=${scalarText(kind)}, apiVersion=${scalarText(apiVersion)})`;
}

function referenceProblem(
  { store, registry, access }: AuthorityDeps,
  identity: Identity,
  { reference, policyName }: { readonly reference: Bag; readonly policyName: string },
): string | undefined {
  const policy = store.collection(`validatingadmissionpolicies.${group}`).get('', policyName);
  const paramKind = bagAt(bagAt(policy as unknown as Draft | undefined, 'spec'), 'paramKind');
  const found = paramKind === undefined ? { group: '*', resource: '*' } : resourceOf(registry, paramKind);
  const name = scalarText(reference['name'] ?? '');
  const verb = name === '' ? 'list' : 'get';
  const namespace = scalarText(reference['namespace'] ?? '');
  const resource = found.resource ?? '*';
  if (access.decide(identity, { verb, group: found.group, resource, subresource: '', namespace, name }).allowed)
    return undefined;
  const user = userText(identity);
  const unknown = `to determine minimum required permissions and user ${user} does not have "${verb}" permission for all groups, versions and resources`;
  if (policy === undefined) return `unable to get policy ${policyName} ${unknown}`;
  if (paramKind !== undefined && found.resource === undefined) {
    const { apiVersion, kind } = paramKind;
    return `unable to resolve paramKind &{${scalarText(apiVersion)} ${scalarText(kind)}} ${unknown}`;
  }
  return `user ${user} does not have "${verb}" permission on the object referenced by paramRef`;
}

// The resource of a kind; undefined where none is served.
function resourceOf(
  registry: Registry,
  { apiVersion, kind }: Bag,
): { readonly group: string; readonly resource: string | undefined } {
  const version = scalarText(apiVersion);
  const type = registry.all().find((each) => apiVersionOf(each) === version && each.kind === kind);
  const slash = version.indexOf('/');
  return { group: slash === -1 ? '' : version.slice(0, slash), resource: type?.plural };
}

// As Go prints what it knows of a user.
function userText({ user, uid = '', groups, extra = {} }: Identity): string {
  const more = Object.entries(extra)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, values]) => `${key}:[${values.join(' ')}]`);
  return `&{${user} ${uid} [${groups.join(' ')}] map[${more.join(' ')}]}`;
}
