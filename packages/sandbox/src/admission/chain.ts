// Admission in the order of a stock server: what mutates, what validates, and quotas last
// (kubernetes:pkg/kubeapiserver/options/plugins.go, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { checkEscalation } from '../access/escalation.ts';
import { applyDefaults } from '../crd/defaults.ts';
import type { RemoveOptions } from '../api/remover.ts';
import { decodeBuiltin } from '../api/decode.ts';
import type { ServedType } from '../api/served-type.ts';
import { ApiError, internalError } from '../api/status.ts';
import { strategyOf } from '../api/strategies.ts';
import { atVersion, toStored } from '../api/versions.ts';
import type { Write } from '../api/writer.ts';
import { admitPod } from '../defaulting/pod-admission.ts';
import { type Draft, draftOf, sealed, withMeta } from '../store/draft.ts';
import { checkAccountSecrets } from './account-secrets.ts';
import { checkClasses } from './class-checks.ts';
import { applyLimitRanges, checkLimitRanges } from './limit-ranges.ts';
import { checkPodSecurity } from './pod-security.ts';
import { checkPolicies } from './policies.ts';
import { checkPolicyAuthority } from './policy-authority.ts';
import { bookOnQuotas } from './quotas.ts';
import { type AccountDeps, applyServiceAccount } from './service-accounts.ts';
import type { Attributes } from './webhook-matching.ts';
import { type WebhookDeps, Webhooks } from './webhooks.ts';

export type AdmissionDeps = WebhookDeps & AccountDeps;

/** All admission of a cluster. */
export class Admission {
  readonly #deps: AdmissionDeps;
  readonly #webhooks: Webhooks;

  constructor(deps: AdmissionDeps) {
    this.#deps = deps;
    this.#webhooks = new Webhooks(deps);
  }

  /** Changes a draft as the mutating plugins do; returns the draft to go on with. Throws refusals. */
  admit(write: Write, draft: Draft, old: KubeObject | undefined): Draft {
    const admitted = this.#mutate(write, draft, old);
    checkEscalation(this.#deps, write, [admitted, old]);
    return admitted;
  }

  #mutate(write: Write, draft: Draft, old: KubeObject | undefined): Draft {
    this.#mutateInTree(write, draft, old);
    const attributes = attributesOf(write, draft, old);
    if (attributes === undefined) return draft;
    const settle = (object: KubeObject): KubeObject => settled(object, write.type);
    const first = this.#webhooks.mutate({ ...attributes, object: asSent(draft, write.unsent) }, settle);
    if (!first.changed || first.object === undefined) return draft;
    const changed = draftOf(first.object);
    this.#mutateInTree(write, changed, old);
    if (first.again.size === 0) return changed;
    const second = this.#webhooks.mutate({ ...attributes, object: sealed(changed) }, settle, first.again);
    return second.changed && second.object !== undefined ? draftOf(second.object) : changed;
  }

  /** Throws where a validating plugin refuses; books what is let through on quotas. */
  approve(write: Write, draft: Draft, old: KubeObject | undefined): void {
    try {
      this.#approve(write, draft, old);
    } catch (error) {
      // What is unwise about it is said of a refused object too.
      const { warnings } = strategyOf(write.type.collection);
      if (error instanceof ApiError && write.subresource === undefined && warnings !== undefined)
        this.#deps.replays.current?.warnings.unshift(...warnings(draft));
      throw error;
    }
  }

  #approve(write: Write, draft: Draft, old: KubeObject | undefined): void {
    checkPolicyAuthority(this.#deps, write, draft, old);
    checkLimitRanges(this.#deps.store, write, draft, old);
    checkAccountSecrets(this.#deps.store, write, draft, old);
    checkClasses(this.#deps.store, write, draft, old);
    const attributes = attributesOf(write, draft, old);
    if (attributes !== undefined) {
      checkPodSecurity(this.#deps, attributes);
      checkPolicies(this.#deps, attributes);
      this.#webhooks.validate(attributes);
    }
    bookOnQuotas(this.#deps, write, draft, old);
  }

  /** Throws where a webhook refuses a deletion. */
  admitRemoval(type: ServedType, object: KubeObject, options: RemoveOptions): void {
    if (options.by === undefined) return;
    const { name = '', namespace = '' } = object.metadata;
    const attributes: Attributes = {
      type,
      subresource: '',
      operation: 'DELETE',
      // Deletions of a whole collection name nothing.
      name: options.ofCollection === true ? '' : name,
      namespace: type.collection === 'namespaces' ? name : namespace,
      object: undefined,
      old: object,
      by: options.by,
      dryRun: options.dryRun,
    };
    this.#webhooks.mutate(attributes, (each) => each);
    checkPolicies(this.#deps, attributes);
    this.#webhooks.validate(attributes);
  }

  #mutateInTree(write: Write, draft: Draft, old: KubeObject | undefined): void {
    applyLimitRanges(this.#deps.store, write, draft, old);
    applyServiceAccount(this.#deps, write, draft, old);
    if (write.type.collection === 'pods' && old === undefined && write.subresource === undefined)
      admitPod(this.#deps.store, draft);
  }
}

function attributesOf(write: Write, draft: Draft, old: KubeObject | undefined): Attributes | undefined {
  if (write.by === undefined) return undefined;
  const name = draft.metadata.name ?? '';
  return {
    type: write.type,
    subresource: write.subresource ?? '',
    operation: old === undefined ? 'CREATE' : 'UPDATE',
    name,
    namespace: write.type.collection === 'namespaces' ? name : (write.namespace ?? ''),
    object: sealed(draft),
    old,
    // Patches are updates to admission, and an apply that makes an object is a create.
    by: { ...write.by, options: { ...write.by.options, kind: old === undefined ? 'CreateOptions' : 'UpdateOptions' } },
    dryRun: write.parameters.dryRun,
  };
}

// What an update left unsaid is filled in only after mutating admission has seen it.
function asSent(draft: Draft, unsent: Write['unsent'] = []): KubeObject {
  if (unsent.length === 0) return sealed(draft);
  const sent = withMeta(sealed(draft), (meta) => {
    for (const key of unsent) delete meta[key];
  });
  return sealed(sent);
}

// A patched object is read as any body is: fields that its type does not have are dropped, defaults filled in.
function settled(object: KubeObject, type: ServedType): KubeObject {
  if (type.custom !== undefined) {
    const draft = draftOf(object);
    if (type.custom.schema !== undefined) applyDefaults(draft, type.custom.schema);
    return sealed(draft);
  }
  const { draft } = decoded(object, type);
  const stored = draftOf(toStored(sealed(draft), type));
  strategyOf(type.collection).defaults?.(stored);
  return sealed(stored);
}

function decoded(object: KubeObject, type: ServedType): { readonly draft: Draft } {
  try {
    return decodeBuiltin(atVersion(object, type), type);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw internalError(error.message.replace(/^.* cannot be handled as a \w+: /, ''));
  }
}
