// Groups of the Kubernetes community are protected: their definitions carry an approval
// (apiextensions-apiserver:pkg/apihelpers, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { type Draft, bagAt } from '../store/draft.ts';
import type { Causes } from '../validation/causes.ts';

const annotation = 'api-approved.kubernetes.io';
const proposal = 'see https://github.com/kubernetes/enhancements/pull/1111';

type State = 'missing' | 'bypassed' | 'approved' | 'invalid';

interface Approval {
  readonly state: State;
  readonly message: string;
}

/** The condition of a definition in a protected group; undefined elsewhere. */
export function approvalCondition(
  draft: Draft,
): { readonly on: boolean; readonly reason: string; readonly message: string } | undefined {
  if (!isProtected(draft)) return undefined;
  const { state, message } = approvalOf(draft.metadata.annotations?.[annotation]);
  const reasons = { missing: 'MissingAnnotation', bypassed: 'UnapprovedAnnotation', approved: 'ApprovedAnnotation' };
  return { on: state === 'approved', reason: state === 'invalid' ? 'UnknownAnnotation' : reasons[state], message };
}

/** Refuses a protected group without an approval; what was so before may stay so. */
export function checkApproval(causes: Causes, draft: Draft, old: KubeObject | undefined): void {
  if (!isProtected(draft)) return;
  const text = draft.metadata.annotations?.[annotation];
  const { state, message } = approvalOf(text);
  if (old !== undefined && approvalOf(old.metadata.annotations?.[annotation]).state === state) return;
  const at = `metadata.annotations[${annotation}]`;
  if (state === 'missing') causes.required(at, message);
  if (state === 'invalid') causes.invalid(at, text, message);
}

function isProtected(draft: Draft): boolean {
  const group = bagAt(draft, 'spec')?.['group'];
  return typeof group === 'string' && /(^|\.)(k8s|kubernetes)\.io$/.test(group);
}

function approvalOf(text = ''): Approval {
  const needed = `protected groups must have approval annotation "${annotation}"`;
  if (text === '') return { state: 'missing', message: `${needed}, ${proposal}` };
  if (text.startsWith('unapproved')) return { state: 'bypassed', message: `not approved: ${JSON.stringify(text)}` };
  if (URL.canParse(text) && new URL(text).host !== '') return { state: 'approved', message: `approved in ${text}` };
  const message = `${needed} with either a URL or a reason starting with "unapproved", ${proposal}`;
  return { state: 'invalid', message };
}
