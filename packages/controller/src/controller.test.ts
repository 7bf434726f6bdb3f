import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Outcome, type OutcomeReport, createController } from './index.ts';
import { createManualClock } from './testing/index.ts';

test('outcomes decide when a key runs again; a throwing reconciler is a failure that retries', async () => {
  const clock = createManualClock();
  const script: (Outcome | Error)[] = [
    { kind: 'again', afterMs: 100 },
    new Error('boom'),
    { kind: 'failed', error: new Error('later'), retry: true },
    { kind: 'failed', error: new Error('never'), retry: false },
  ];
  const reports: string[] = [];
  await using controller = createController<string>({
    name: 'script',
    clock,
    backoff: { baseMs: 10, factor: 3, maxMs: 1000 },
    reconcile: async () => {
      const next = script.shift() ?? { kind: 'settled' };
      if (next instanceof Error) throw next;
      return next;
    },
    onOutcome: ({ outcome, retryAfterMs }: OutcomeReport<string>) => {
      reports.push(
        `${clock.now()} ${outcome.kind} ${outcome.kind === 'failed' ? outcome.error.message : ''} ${retryAfterMs ?? '-'}`,
      );
      throw new Error('observers may fail');
    },
  });
  controller.add('k');
  await clock.advance(1000);
  assert.deepEqual(reports, ['0 again  -', '100 failed boom 10', '110 failed later 30', '140 failed never -']);
  controller.add('k');
  await clock.advance(1000);
  assert.equal(reports.at(-1), '1000 settled  -');
  const { settled, again, failed, depth, delayed } = controller.metrics();
  assert.deepEqual(
    { settled, again, failed, depth, delayed },
    { settled: 1, again: 1, failed: 3, depth: 0, delayed: 0 },
  );
});

test('the deadline aborts the reconcile and counts', async () => {
  const clock = createManualClock();
  const reports: string[] = [];
  await using controller = createController<string>({
    name: 'slow',
    clock,
    deadlineMs: 500,
    reconcile: async (_key, { signal }) => {
      await clock.sleep(10_000, signal);
      return { kind: 'settled' };
    },
    onOutcome: ({ outcome }) => reports.push(outcome.kind === 'failed' ? outcome.error.message : outcome.kind),
  });
  controller.add('k');
  await clock.advance(500);
  assert.deepEqual(reports, ['slow: reconciling k took longer than 500 ms']);
  assert.equal(controller.metrics().deadlinesExceeded, 1);
});

test('the signal stops it: running reconciles are aborted and awaited, their outcome is nobody’s business', async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const controller = createController<string>({
    name: 'stopping',
    signal: stop.signal,
    reconcile: (_key, { signal }) =>
      new Promise((_resolve, reject) => {
        seen.push('started');
        signal.addEventListener('abort', () => {
          seen.push('aborted');
          reject(new Error('aborted'));
        });
      }),
    onOutcome: () => seen.push('outcome'),
  });
  controller.add('k');
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await controller[Symbol.asyncDispose]();
  controller.add('k');
  await controller.idle();
  assert.deepEqual(seen, ['started', 'aborted']);
});
