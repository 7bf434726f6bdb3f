// Keiko's IAM manager.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { amount, at, degraded, healthy, progressing, show, text } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

const failures: ReadonlySet<string> = new Set([
  'Error',
  'RolesMaxLimitReached',
  'PolicyNotAllowed',
  'RoleNameNotAvailable',
]);

export const checks = (): KindChecks => ({ Iamrole: iamRole });

function iamRole(object: KubeObject): Health {
  const told = (name: string): string => show(at(object, `status.${name}`) ?? '<none>');
  const state = text(object, 'status.state');
  const identity = `with ARN '${told('roleARN')}' and ID '${told('roleID')}'.`;
  if (state === 'Ready') return healthy(`Role '${told('roleName')}' exists ${identity}`);
  if (!failures.has(state)) return progressing('Waiting for Iamrole to be reconciled');
  const tries = amount(object, 'status.retryCount');
  const cause = at(object, 'status.errorDescription');
  return degraded(
    `Failed to reconcile the Iamrole ${tries > 0 ? `(retry ${tries}) ` : ''}for role '${told('roleName')}' ${identity}` +
      (cause === undefined ? '' : ` Reconciliation error was: ${show(cause)}`),
  );
}
