// Schedules beside the answers of robfig/cron 3.0.1, taken down once by the program itself.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { nextCronMs, parseCron, zoneOffsetMs } from './cron.ts';

interface Case {
  readonly spec: string;
  readonly problem?: string;
  /** When it is due next, by moment. */
  readonly next?: Readonly<Record<string, string>>;
}

const { cron: cases } = JSON.parse(readFileSync(new URL('../../testdata/cron.json', import.meta.url), 'utf8')) as {
  readonly cron: readonly Case[];
};

for (const { spec, problem, next = {} } of cases) {
  test(`"${spec}"`, () => {
    const read = parseCron(spec);
    if (read.kind === 'problem') return assert.equal(read.text, problem);
    assert.equal(problem, undefined);
    for (const [after, wanted] of Object.entries(next)) {
      const found = nextCronMs(read.cron, Date.parse(after));
      assert.equal(found === undefined ? 'never' : new Date(found).toISOString().replace('.000Z', 'Z'), wanted, after);
    }
    return undefined;
  });
}

test('zones are those of the tz database', () => {
  const winter = Date.parse('2026-01-15T00:00:00Z');
  assert.equal(zoneOffsetMs('', winter), 0);
  assert.equal(zoneOffsetMs('Europe/Berlin', winter), 3_600_000);
  assert.equal(zoneOffsetMs('Asia/Kolkata', winter), 5.5 * 3_600_000);
  assert.equal(zoneOffsetMs('America/New_York', Date.parse('2026-07-15T00:00:00Z')), -4 * 3_600_000);
  assert.equal(zoneOffsetMs('Nowhere/Land', winter), undefined);
});
