// ConfigMaps, Secrets and disruption budgets (pkg/apis/core/validation, pkg/apis/policy/validation, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { type Bag, type Draft, bagAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes, RawText, formatValue } from './causes.ts';
import { checkOneOf, checkShare } from './choices.ts';
import { checkLabelSelector } from './label-selectors.ts';
import { configKeyProblem } from './names.ts';

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
  const need = (key: string): boolean => {
    if (data[key] === undefined) causes.required(`data[${key}]`);
    return data[key] !== undefined;
  };
  switch (scalarText(draft['type'] ?? '')) {
    case 'kubernetes.io/tls':
      need('tls.crt');
      need('tls.key');
      break;
    case 'kubernetes.io/dockerconfigjson':
      if (need('.dockerconfigjson')) checkJsonSecret(causes, data, '.dockerconfigjson');
      break;
    case 'kubernetes.io/dockercfg':
      if (need('.dockercfg')) checkJsonSecret(causes, data, '.dockercfg');
      break;
    case 'kubernetes.io/ssh-auth':
      need('ssh-privatekey');
      break;
    case 'kubernetes.io/basic-auth':
      if (data['username'] === undefined && data['password'] === undefined) {
        need('username');
        need('password');
      }
      break;
    case 'kubernetes.io/service-account-token': {
      const annotation = 'kubernetes.io/service-account.name';
      if ((draft.metadata.annotations?.[annotation] ?? '') === '')
        causes.required(`metadata.annotations[${annotation}]`);
    }
  }
  return causes.list;
}

// Go's decoder names the first byte that does not fit.
function checkJsonSecret(causes: Causes, data: Bag, key: string): void {
  const text = Buffer.from(scalarText(data[key]), 'base64').toString();
  try {
    JSON.parse(text);
  } catch {
    const first = /[^\s]/.exec(text)?.[0];
    const message =
      first === undefined
        ? 'unexpected end of JSON input'
        : `invalid character '${first}' looking for beginning of value`;
    causes.invalid(`data[${key}]`, '<secret contents redacted>', message);
  }
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
  for (const key of ['minAvailable', 'maxUnavailable']) {
    const value = spec?.[key];
    checkShare(causes, value, `spec.${key}`);
    if (typeof value === 'string' && /^\d+%$/.test(value) && Number.parseInt(value, 10) > 100)
      causes.invalid(`spec.${key}`, value, 'must not be greater than 100%');
  }
  const policies = ['AlwaysAllow', 'IfHealthyBudget'];
  checkOneOf(causes, spec?.['unhealthyPodEvictionPolicy'], 'spec.unhealthyPodEvictionPolicy', policies);
  const selector = bagAt(spec, 'selector');
  if (selector !== undefined) checkLabelSelector(causes, selector, 'spec.selector');
  return causes.list;
}

function checkKeys(causes: Causes, draft: Draft, member: string): number {
  let size = 0;
  for (const [key, value] of Object.entries(bagAt(draft as unknown as Bag, member) ?? {})) {
    const problem = configKeyProblem(key);
    if (problem !== undefined) causes.invalid(`${member}[${key}]`, key, problem);
    size += Buffer.byteLength(scalarText(value));
  }
  return size;
}
