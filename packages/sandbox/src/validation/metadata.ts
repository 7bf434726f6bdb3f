// metadata of any object: name by the rules of its type, labels, annotations, finalizers, owner references.

import type { OwnerReference } from '@evenkeel/resource';
import type { ServedType } from '../api/served-type.ts';
import type { Cause } from '../api/status.ts';
import type { DraftMeta } from '../store/draft.ts';
import { Causes, RawText } from './causes.ts';
import {
  checkAnnotations,
  checkLabels,
  dns1035Problem,
  labelProblem,
  pathSegmentProblem,
  qualifiedNameProblem,
  subdomainProblem,
} from './names.ts';

const nameRules: Readonly<Record<string, (name: string) => string | undefined>> = {
  namespaces: (name) => (name.includes('.') ? 'must not contain dots' : labelProblem(name)),
  services: dns1035Problem,
  'statefulsets.apps': labelProblem,
  'apiservices.apiregistration.k8s.io': pathSegmentProblem,
  'roles.rbac.authorization.k8s.io': pathSegmentProblem,
  'clusterroles.rbac.authorization.k8s.io': pathSegmentProblem,
  'rolebindings.rbac.authorization.k8s.io': pathSegmentProblem,
  'clusterrolebindings.rbac.authorization.k8s.io': pathSegmentProblem,
};

/** Problems of an object's metadata. */
export function validateMetadata(meta: DraftMeta, type: ServedType, creating = false): readonly Cause[] {
  const causes = new Causes();
  if (creating && meta.generateName !== undefined && meta.generateName !== '') {
    checkName(causes, type, meta.generateName.replace(/-$/, 'a'), 'metadata.generateName', meta.generateName);
  }
  if ((meta.name ?? '') === '') causes.required('metadata.name', 'name or generateName is required');
  else checkName(causes, type, meta.name ?? '', 'metadata.name', meta.name ?? '');
  if (meta.labels !== undefined) checkLabels(causes, meta.labels, 'metadata.labels');
  if (meta.annotations !== undefined) checkAnnotations(causes, meta.annotations, 'metadata.annotations');
  for (const [index, finalizer] of (meta.finalizers ?? []).entries())
    checkFinalizer(causes, { finalizer, index, custom: type.custom !== undefined });
  checkOwners(causes, meta);
  return causes.list;
}

/** What may not change in metadata by an update. Built-in types are checked twice upstream, which shows in the causes. */
export function validateMetadataUpdate(meta: DraftMeta, old: DraftMeta, twice: boolean): readonly Cause[] {
  const causes = new Causes();
  if (meta.uid !== undefined && meta.uid !== old.uid) causes.invalid('metadata.uid', meta.uid, 'field is immutable');
  if (old.deletionTimestamp !== undefined) {
    const added = (meta.finalizers ?? []).filter((each) => !(old.finalizers ?? []).includes(each));
    if (added.length > 0) {
      causes.forbidden(
        'metadata.finalizers',
        `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((each) => JSON.stringify(each)).join(', ')}}`,
      );
    }
  }
  return twice ? [...causes.list, ...causes.list] : causes.list;
}

function checkName(causes: Causes, type: ServedType, name: string, field: string, shown: string): void {
  const problem = (nameRules[type.collection] ?? subdomainProblem)(name);
  if (problem !== undefined) causes.invalid(field, shown, problem);
}

const standardFinalizers = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** Custom objects may carry any qualified name; built-in types ask for a domain (kubernetes:pkg/apis/core/validation, v1.35). */
function checkFinalizer(
  causes: Causes,
  { finalizer, index, custom }: { readonly finalizer: string; readonly index: number; readonly custom: boolean },
): void {
  const problem = qualifiedNameProblem(finalizer);
  if (problem !== undefined) causes.invalid('metadata.finalizers', finalizer, problem);
  else if (!custom && !finalizer.includes('/') && !standardFinalizers.has(finalizer)) {
    causes.invalid(
      `metadata.finalizers[${index}]`,
      finalizer,
      'name is neither a standard finalizer name nor is it fully qualified',
    );
  }
}

function checkOwners(causes: Causes, meta: DraftMeta): void {
  let controllers = 0;
  for (const owner of meta.ownerReferences ?? []) {
    const at = 'metadata.ownerReferences';
    if ((owner.apiVersion ?? '') === '')
      causes.invalid(`${at}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty');
    if ((owner.kind ?? '') === '') causes.invalid(`${at}.kind`, owner.kind ?? '', 'must not be empty');
    if ((owner.name ?? '') === '') causes.invalid(`${at}.name`, owner.name ?? '', 'must not be empty');
    if ((owner.uid ?? '') === '') causes.invalid(`${at}.uid`, owner.uid ?? '', 'must not be empty');
    if (owner.kind === 'Event' && (owner.apiVersion === 'v1' || owner.apiVersion.startsWith('events.k8s.io/'))) {
      const gvk = `${owner.apiVersion.includes('/') ? owner.apiVersion : `/${owner.apiVersion}`}, Kind=${owner.kind}`;
      causes.invalid(at, shownOwner(owner), `${gvk} is disallowed from being an owner`);
    }
    if (owner.controller === true) controllers++;
  }
  if (controllers > 1) {
    const named = (meta.ownerReferences ?? []).filter((owner) => owner.controller === true);
    causes.invalid(
      'metadata.ownerReferences',
      new RawText(`[${(meta.ownerReferences ?? []).map((owner) => shownOwner(owner).text).join(',')}]`),
      `Only one reference can have Controller set to true. Found "true" in references for ${named[0]?.kind ?? ''}/${named[0]?.name ?? ''} and ${named[1]?.kind ?? ''}/${named[1]?.name ?? ''}`,
    );
  }
}

// An owner as Go prints it: members in the order of its struct.
function shownOwner(owner: OwnerReference): RawText {
  const { apiVersion, kind, name, uid, controller, blockOwnerDeletion } = owner;
  return new RawText(JSON.stringify({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }));
}
