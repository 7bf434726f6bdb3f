// The MariaDB operator.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { mariaDb } from '../families.ts';
import type { Health, HealthCheck } from '../health.ts';
import { at, items, progressing, say, text } from '../reading.ts';
import { conditions, type KindChecks, matcher, type Sentence } from '../rules.ts';

const withReason: Sentence = (condition) => `${text(condition, 'reason')} ${text(condition, 'message')}`;
const account = conditions(['Ready=True', 'healthy'], ['Ready', 'degraded']);

/** The message of the condition looked at last stays where none decides. */
function lastMessage(object: KubeObject, sentence: (condition: JsonObject) => string): Health {
  const last = items(object, 'status.conditions').at(-1);
  return progressing(last ? sentence(last) : 'No status info available');
}

const granted: HealthCheck = (object) => account(object) ?? lastMessage(object, (entry) => text(entry, 'message'));
const job = conditions(['*=True/JobComplete', 'healthy', withReason], ['*=True/JobFailed', 'degraded', withReason]);

export const checks = (): KindChecks => ({
  Backup: (object) => {
    if (at(object, 'status.conditions') === undefined) return progressing('No status info available');
    const list = items(object, 'status.conditions');
    const notDone = list.find(matcher('*=False'));
    const shown = notDone ?? list.at(-1);
    const isFailed = notDone?.['reason'] === 'CronJobScheduled' && notDone['message'] === 'Failed';
    const message = shown ? `${text(shown, 'reason')} ${text(shown, 'message')}` : '';
    return say(isFailed ? 'degraded' : notDone ? 'progressing' : 'healthy', message);
  },
  Database: granted,
  Grant: granted,
  User: granted,
  MariaDB: mariaDb,
  SqlJob: (object) =>
    job(object) ?? lastMessage(object, (entry) => `${text(entry, 'reason')} ${text(entry, 'message')}`),
});
