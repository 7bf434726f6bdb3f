// Knative's services.

import type { JsonObject } from '@evenkeel/resource';
import { at, healthy, items, progressing, say, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

const isGood = [matcher('ConfigurationsReady=True'), matcher('RoutesReady=True'), matcher('Ready=True')];

export const checks = (): KindChecks => ({
  Service: (object) => {
    if (at(object, 'status.conditions') === undefined) return progressing('Waiting for status update.');
    const list = items(object, 'status.conditions');
    const bad = list.filter(({ status }) => status === 'False' || status === 'Unknown');
    const good = list.filter((entry) => isGood.some((matches) => matches(entry))).length;
    if (good === 3 && bad.length === 0) return healthy('Knative Service is healthy.');
    const message = bad.map((entry) => `${explained(entry)}\n`).join('');
    return say(bad.some(matcher('*=False')) ? 'degraded' : 'progressing', message);
  },
});

function explained(condition: JsonObject): string {
  const [cause, message] = [text(condition, 'reason'), text(condition, 'message')];
  const since = cause === '' ? '' : `, since ${cause}.`;
  return `${text(condition, 'type')} is ${text(condition, 'status')}${since}${message === '' ? '' : ` ${message}`}`;
}
