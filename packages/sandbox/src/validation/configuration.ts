// ConfigMaps, Secrets and disruption budgets (pkg/apis/core/validation, pkg/apis/policy/validation, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { type Bag, type Draft, bagAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes, RawText, formatValue } from './causes.ts';
import { checkLabelSelector } from './label-selectors.ts';

const keyPattern = /^[-._a-zA-Z0-9]+$/;
const keyMessage =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const sizeMax = 1024 * 1024;

export function validateConfigMap(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const size = checkKeys(causes, draft, 'data') + checkKeys(causes, draft, 'binaryData');
  for (const key of Object.keys(bagAt(draft, 'binaryData') ?? {})) {
    if (bagAt(draft, 'data')?.[key] !== undefined)
      causes.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData');
  }
  if (size > sizeMax) causes.tooLong('', sizeMax);
  return causes.list;
}

export function validateSecret(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  if (checkKeys(causes, draft, 'data') > sizeMax) causes.tooLong('data', sizeMax);
  const data = bagAt(draft, 'data') ?? {};
  const need = (key: string): void => {
    if (data[key] === undefined) causes.required(`data[${key}]`);
  };
  if (draft['type'] === 'kubernetes.io/tls') {
    need('tls.crt');
    need('tls.key');
  } else if (draft['type'] === 'kubernetes.io/dockerconfigjson') need('.dockerconfigjson');
  else if (draft['type'] === 'kubernetes.io/dockercfg') need('.dockercfg');
  else if (draft['type'] === 'kubernetes.io/ssh-auth') need('ssh-privatekey');
  return causes.list;
}

/** An object marked immutable keeps its data. */
export function validateImmutableData(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  if (old['immutable'] !== true) return causes.list;
  const message = 'field is immutable when `immutable` is set';
  if (draft['immutable'] !== true) causes.forbidden('immutable', message);
  if (!sameValue(draft['data'], old['data'])) causes.forbidden('data', message);
  if (!sameValue(draft['binaryData'], old['binaryData'])) causes.forbidden('binaryData', message);
  return causes.list;
}

export function validateSecretUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  if (draft['type'] !== old['type']) causes.invalid('type', draft['type'], 'field is immutable');
  causes.addAll(validateImmutableData(draft, old));
  return causes.list;
}

export function validateBudget(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  if (spec?.['minAvailable'] !== undefined && spec['maxUnavailable'] !== undefined) {
    causes.invalid(
      'spec',
      new RawText(
        `{"MinAvailable":${formatValue(spec['minAvailable'])},"Selector":${formatValue(spec['selector'])},"MaxUnavailable":${formatValue(spec['maxUnavailable'])},"UnhealthyPodEvictionPolicy":${formatValue(spec['unhealthyPodEvictionPolicy'])}}`,
      ),
      'minAvailable and maxUnavailable cannot be both set',
    );
  }
  const selector = bagAt(spec, 'selector');
  if (selector !== undefined) checkLabelSelector(causes, selector, 'spec.selector');
  return causes.list;
}

function checkKeys(causes: Causes, draft: Draft, member: string): number {
  let size = 0;
  for (const [key, value] of Object.entries(bagAt(draft as unknown as Bag, member) ?? {})) {
    if (key.length > 253) causes.invalid(`${member}[${key}]`, key, 'must be no more than 253 bytes');
    else if (key === '.' || key === '..' || !keyPattern.test(key)) causes.invalid(`${member}[${key}]`, key, keyMessage);
    size += Buffer.byteLength(scalarText(value));
  }
  return size;
}
