// The Operator Lifecycle Manager.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, items, progressing, say, show, text } from '../reading.ts';
import { hasCondition, type KindChecks, matcher } from '../rules.ts';

const isFailure = [
  matcher('InstallPlanMissing/!ReferencedInstallPlanNotFound'),
  matcher('CatalogSourcesUnhealthy=True'),
  matcher('InstallPlanFailed=True'),
  matcher('ResolutionFailed=True'),
];

export const checks = (): KindChecks => ({ Subscription: subscription });

function subscription(object: KubeObject): Health {
  if (at(object, 'status.conditions') === undefined) {
    return progressing('An install plan for a subscription is pending installation');
  }
  const awaitsApproval = isManualApprovalPending(object);
  const list = items(object, 'status.conditions');
  const counted = list.filter(({ type }) => !(awaitsApproval && type === 'InstallPlanPending'));
  const lines = counted.map(
    (entry) => `${list.indexOf(entry) + 1}: ${text(entry, 'type')} | ${text(entry, 'status')}\n`,
  );
  const state = at(object, 'status.state');
  const isPending =
    counted.some(matcher('InstallPlanPending=True')) ||
    [undefined, '', 'UpgradeAvailable'].includes(state as string | undefined) ||
    (state === 'UpgradePending' && !awaitsApproval);
  const isBad =
    state === 'UpgradeFailed' ||
    counted.some((entry) => entry['type'] !== '' && isFailure.some((matches) => matches(entry)));
  if (state === undefined) lines.push('.status.state not yet known\n');
  else if (state === 'UpgradePending' && awaitsApproval) {
    lines.push(".status.state is 'UpgradePending' (manual InstallPlan approval pending; treated as healthy)\n");
  } else lines.push(`.status.state is '${show(state)}'\n`);
  return say(isBad ? 'degraded' : isPending ? 'progressing' : 'healthy', lines.join(''));
}

/** An update that waits for a person, while an earlier version runs. */
function isManualApprovalPending(object: KubeObject): boolean {
  return (
    at(object, 'spec.installPlanApproval') === 'Manual' &&
    hasCondition(object, 'InstallPlanPending=True/RequiresApproval') &&
    at(object, 'status.installedCSV') !== undefined
  );
}
