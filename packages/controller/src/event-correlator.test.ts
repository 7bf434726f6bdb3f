import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HappenedEvent, createEventCorrelator } from './event-correlator.ts';

const subject = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'web', name: 'a', uid: '1' };
const event = (message: string, reason = 'Broken'): HappenedEvent => ({ subject, type: 'Warning', reason, message });

test('the same event again is the known one; another subject is another', () => {
  const correlator = createEventCorrelator();
  const first = correlator.correlate(event('x'), 0);
  assert.ok(first.kind === 'send' && first.known === undefined);
  correlator.remember(first.key, { name: 'a.1', count: 1, firstMs: 0 });
  const second = correlator.correlate(event('x'), 1000);
  assert.ok(second.kind === 'send' && second.known?.name === 'a.1');
  const other = correlator.correlate({ ...event('x'), subject: { ...subject, uid: '2' } }, 1000);
  assert.ok(other.kind === 'send' && other.known === undefined);
});

test('the tenth different message for one reason is combined; after ten quiet minutes they are told apart again', () => {
  const correlator = createEventCorrelator();
  const messages = Array.from({ length: 11 }, (_, at) => {
    const result = correlator.correlate(event(`m${at}`), at);
    return result.kind === 'send' ? result.message : 'spam';
  });
  assert.deepEqual(messages.slice(8), [
    'm8',
    '(combined from similar events): m9',
    '(combined from similar events): m10',
  ]);
  const later = correlator.correlate(event('new'), 11 + 600_001);
  assert.ok(later.kind === 'send' && later.message === 'new');
});

test('one subject may burst 25 events, then one every five minutes', () => {
  const correlator = createEventCorrelator();
  const sent = (count: number, nowMs: number): number =>
    Array.from({ length: count }, () => correlator.correlate(event('x'), nowMs)).filter(({ kind }) => kind === 'send')
      .length;
  assert.equal(sent(40, 0), 25);
  assert.equal(sent(5, 299_000), 0);
  assert.equal(sent(5, 301_000), 1);
});
