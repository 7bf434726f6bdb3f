import assert from 'node:assert/strict';
import { test } from 'node:test';

import { gzipSync } from 'fflate';

import { ArchiveError, gunzip, unpackChart } from './archive.ts';
import { packArchive } from './pack-archive.ts';

const chart = { name: 'web/Chart.yaml', data: 'apiVersion: v2\nname: web\nversion: 1.0.0\n' };

test('names lose the chart directory, long names and byte order marks are understood', () => {
  const long = `web/${'d/'.repeat(60)}file.txt`;
  const files = unpackChart(packArchive([chart, { name: long, data: '\ufeffhello' }]));
  assert.deepEqual(
    files.map(({ name }) => name),
    ['Chart.yaml', long.slice(4)],
  );
  assert.equal(new TextDecoder().decode(files[1]?.data), 'hello');
});

const hostile: readonly (readonly [string, RegExp])[] = [
  ['web/../../etc/passwd', /^chart illegally references parent directory$/],
  ['web//etc/passwd', /^chart illegally contains absolute paths$/],
  ['web\\..\\..\\x', /^chart illegally references parent directory$/],
  ['web/c:/windows', /^chart contains illegally named files$/],
  ['loose.txt', /^chart illegally contains content outside the base directory: "loose.txt"$/],
];
for (const [name, message] of hostile) {
  test(`refuses an archive with ${name}`, () => {
    assert.throws(
      () => unpackChart(packArchive([chart, { name, data: 'x' }])),
      (error) => {
        assert.ok(error instanceof ArchiveError);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('refuses what grows too large, before all of it is inflated', () => {
  const bomb = packArchive([chart, { name: 'web/big', data: new Uint8Array(3_000_000) }]);
  assert.ok(bomb.length < 10_000);
  assert.throws(
    () => unpackChart(bomb, 1_000_000),
    /^ArchiveError: decompressed chart is larger than the maximum size 1000000$/,
  );
  assert.throws(() => gunzip(gzipSync(new Uint8Array(10_000_000)), 1_000_000), /larger than 1000000 bytes/);
});

test('refuses broken archives', () => {
  assert.throws(() => unpackChart(new TextEncoder().encode('hello')), {
    reason: 'gzip',
    message: 'gzip: invalid header',
  });
  assert.throws(() => unpackChart(packArchive([chart]).subarray(0, 60)), { message: 'unexpected EOF' });
  assert.throws(() => unpackChart(gzipSync(new Uint8Array(1024).fill(65))), {
    message: 'archive/tar: invalid tar header',
  });
  assert.throws(() => unpackChart(packArchive([])), { message: 'no files in chart archive' });
});
