// CronJobs on a clock moved by hand: schedules, zones, policies, deadlines, history.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { Sandbox } from '../sandbox.ts';
import { call } from '../testing/client.ts';
import { HandClock } from '../testing/hand-clock.ts';

const minute = 60_000;
const jobsPath = '/apis/batch/v1/namespaces/default/jobs';

interface CronStory {
  readonly what: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** How long a job runs, in seconds. */
  readonly sleep?: number;
  readonly minutes: number;
  /** Scheduled times of the jobs that are there at the end, and how they are. */
  readonly jobs: readonly string[];
}

const stories: readonly CronStory[] = [
  {
    what: 'every five minutes, three kept',
    spec: { schedule: '*/5 * * * *' },
    minutes: 26,
    jobs: ['08:15 Complete', '08:20 Complete', '08:25 Complete'],
  },
  {
    what: 'by the clock of Kolkata',
    spec: { schedule: '0 14 * * *', timeZone: 'Asia/Kolkata' },
    minutes: 60,
    jobs: ['08:30 Complete'],
  },
  { what: 'suspended', spec: { schedule: '* * * * *', suspend: true }, minutes: 5, jobs: [] },
  {
    what: 'Allow: long jobs run beside each other',
    spec: { schedule: '*/2 * * * *' },
    sleep: 600,
    minutes: 7,
    jobs: ['08:02 running', '08:04 running', '08:06 running'],
  },
  {
    what: 'Forbid: the next waits for none',
    spec: { schedule: '*/2 * * * *', concurrencyPolicy: 'Forbid' },
    sleep: 600,
    minutes: 7,
    jobs: ['08:02 running'],
  },
  {
    what: 'Replace: only the newest is left',
    spec: { schedule: '*/2 * * * *', concurrencyPolicy: 'Replace' },
    sleep: 600,
    minutes: 7,
    jobs: ['08:06 running'],
  },
  {
    what: 'one kept of each',
    spec: { schedule: '* * * * *', successfulJobsHistoryLimit: 1 },
    minutes: 5,
    jobs: ['08:05 Complete'],
  },
];

for (const { what, spec, sleep = 1, minutes, jobs } of stories) {
  test(what, async () => {
    const clock = new HandClock('2026-01-10T08:00:00Z');
    await using sandbox = await Sandbox.start({ listen: false, clock });
    const api = sandbox.transport();
    const container = { name: 'main', image: 'busybox', command: ['sleep', String(sleep)] };
    const template = { spec: { restartPolicy: 'Never', containers: [container] } };
    await call(api, 'POST', '/apis/batch/v1/namespaces/default/cronjobs', {
      body: {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'tick' },
        spec: { ...spec, jobTemplate: { spec: { template } } },
      },
    });
    await clock.pass(minutes * minute + minute / 2);
    const list = (await call(api, 'GET', jobsPath))['items'] as unknown as readonly KubeObject[];
    assert.deepEqual(list.map(describe).sort(), jobs);
  });
}

function describe(job: KubeObject): string {
  const at = job.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'] ?? '';
  const { conditions = [] } = job['status'] as { readonly conditions?: readonly { type: string; status: string }[] };
  const end = conditions.find(({ type, status }) => status === 'True' && /^(Complete|Failed)$/.test(type))?.type;
  return `${at.slice(11, 16)} ${end ?? 'running'}`;
}
