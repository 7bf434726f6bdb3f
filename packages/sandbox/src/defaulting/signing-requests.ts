// CertificateSigningRequests when they are written (pkg/registry/certificates/certificates/strategy.go, Kubernetes 1.35).

import type { Json, KubeObject } from '@evenkeel/resource';
import type { Strategy } from '../api/strategy.ts';
import { type Bag, type Draft, bagAt, copyValue } from '../store/draft.ts';
import { validateSigningRequest, validateSigningUpdate } from '../validation/signing-requests.ts';
import { bagsOf } from './drafts.ts';

/** Who asks is set by the server; spec never changes; approval decides and status certifies. */
export const signingRequestStrategy: Strategy = {
  prepareCreate: (draft, { by }) => {
    const spec = bagAt(draft, 'spec') ?? {};
    for (const key of ['username', 'uid', 'groups', 'extra']) delete spec[key];
    if (by !== undefined) {
      spec['username'] = by.user;
      if (by.uid !== undefined && by.uid !== '') spec['uid'] = by.uid;
      spec['groups'] = [...by.groups];
      if (by.extra !== undefined) spec['extra'] = structuredClone(by.extra) as unknown as Bag;
    }
    draft['spec'] = spec;
    draft['status'] = {};
  },
  prepareUpdate: (draft, old) => keepSpec(draft, old),
  keepBeside: {
    status: (draft, old, now) => {
      keepDecision(draft, old);
      stampConditions(draft, old, now);
    },
    approval: (draft, old, now) => {
      stampConditions(draft, old, now);
      const conditions = bagAt(draft, 'status')?.['conditions'];
      keepSpec(draft, old);
      const status = (copyValue(old['status'] as Json) ?? {}) as Bag;
      if (conditions === undefined) delete status['conditions'];
      else status['conditions'] = conditions;
      draft['status'] = status;
    },
  },
  validate: validateSigningRequest,
  validateUpdate: (draft, old) => validateSigningUpdate(draft, old),
  validateSubresource: {
    status: (draft, old) => [...validateSigningRequest(draft), ...validateSigningUpdate(draft, old, { certify: true })],
    approval: (draft, old) => [
      ...validateSigningRequest(draft),
      ...validateSigningUpdate(draft, old, { decide: true }),
    ],
  },
};

function keepSpec(draft: Draft, old: KubeObject): void {
  const spec = copyValue(old['spec'] as Json);
  if (spec === undefined) delete draft['spec'];
  else draft['spec'] = spec;
}

// Where the status carries as many decisions as before, they stay as they were.
function keepDecision(draft: Draft, old: KubeObject): void {
  const conditions = bagsOf(bagAt(draft, 'status')?.['conditions']);
  const before = bagsOf(bagAt(old as unknown as Draft, 'status')?.['conditions']);
  for (const type of ['Approved', 'Denied']) {
    const kept = before.filter((each) => each['type'] === type);
    const given = conditions.filter((each) => each['type'] === type);
    if (kept.length !== given.length) continue;
    for (const [index, condition] of given.entries()) Object.assign(condition, kept[index]);
  }
}

function stampConditions(draft: Draft, old: KubeObject, now: string): void {
  const before = bagsOf(bagAt(old as unknown as Draft, 'status')?.['conditions']);
  for (const condition of bagsOf(bagAt(draft, 'status')?.['conditions'])) {
    condition['lastUpdateTime'] ??= now;
    const same = before.find((each) => each['type'] === condition['type'] && each['status'] === condition['status']);
    condition['lastTransitionTime'] ??= same?.['lastTransitionTime'] ?? now;
  }
}
