// Signatures made by the real helm and by gpg, verified by the real helm and by ours: same verdict, same words.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { helmIsMissing, helmProgram } from '@evenkeel/oci/testing';
import { chartFiles, workplace } from './testing/helm-run.ts';

function gpgIsMissing(): string | false {
  return spawnSync('gpg', ['--version']).status === 0 ? false : 'gpg is not installed';
}

const skip = gpgIsMissing() || helmIsMissing();
let directory = '';

function gpg(args: readonly string[], input = ''): Buffer {
  const quiet = [
    '--homedir',
    join(directory, 'g'),
    '--batch',
    '--yes',
    '--pinentry-mode',
    'loopback',
    '--passphrase',
    '',
  ];
  return execFileSync('gpg', [...quiet, ...args], { input, stdio: ['pipe', 'pipe', 'ignore'] });
}

function file(name: string, content: string | Uint8Array): void {
  mkdirSync(join(directory, name, '..'), { recursive: true });
  writeFileSync(join(directory, name), content);
}

function helm(...args: readonly string[]): { readonly code: number; readonly err: string } {
  const env = { PATH: '/usr/bin:/bin', HOME: directory };
  const { status, stderr } = spawnSync(helmProgram, args, { cwd: directory, env, encoding: 'utf8' });
  return { code: status ?? -1, err: stderr };
}

/** A key that signs, and what the real helm makes of it: NAME/web-1.0.0.tgz with its .prov. */
function signer(name: string, algorithm: string, expires: string): void {
  gpg(['--quick-generate-key', `${name} <${name}@example.com>`, algorithm, 'sign', expires]);
  file(`${name}.gpg`, gpg(['--export', name]));
  file('secret.gpg', gpg(['--export-secret-keys']));
  mkdirSync(join(directory, name));
  const signed = helm(
    'package',
    'web',
    '--sign',
    '--key',
    `${name}@example.com`,
    '--keyring',
    'secret.gpg',
    '-d',
    name,
  );
  assert.equal(signed.code, 0, signed.err);
}

function prov(name: string): string {
  return readFileSync(join(directory, name, 'web-1.0.0.tgz.prov'), 'utf8');
}

/** ann's chart with something changed. */
function variant(name: string, change: { readonly prov?: string; readonly archive?: Uint8Array }): void {
  cpSync(join(directory, 'ann'), join(directory, name), { recursive: true });
  if (change.prov !== undefined) file(`${name}/web-1.0.0.tgz.prov`, change.prov);
  if (change.archive !== undefined) file(`${name}/web-1.0.0.tgz`, change.archive);
}

before(() => {
  if (skip !== false) return;
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-verify-'));
  mkdirSync(join(directory, 'g'), { mode: 0o700 });
  for (const [name, content] of Object.entries(chartFiles('1.0.0'))) file(`web/${name}`, content);
  signer('ann', 'rsa2048', 'never');
  signer('bob', 'rsa2048', 'never');
  signer('edd', 'ed25519', 'never');
  signer('old', 'rsa2048', 'seconds=1');
  signer('rev', 'rsa2048', 'never');
  prepareKeyrings();
  prepareVariants();
});

function prepareKeyrings(): void {
  file('ann.asc', gpg(['--armor', '--export', 'ann']));
  file('two.asc', Buffer.concat([gpg(['--armor', '--export', 'bob']), gpg(['--armor', '--export', 'ann'])]));
  file('box.kbx', readFileSync(join(directory, 'g/pubring.kbx')));
  file('box.other', readFileSync(join(directory, 'g/pubring.kbx')));
  file('empty.gpg', '');
  file('garbage.gpg', 'garbage');
  file('bad.asc', '-----BEGIN PGP PUBLIC KEY BLOCK-----\nxx\n');
  const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(gpg(['--with-colons', '--list-keys', 'rev']).toString())?.[1] ?? '';
  const certificate = readFileSync(join(directory, 'g/openpgp-revocs.d', `${fingerprint}.rev`), 'utf8');
  gpg(['--import'], certificate.replace(/^:-----/m, '-----'));
  file('revoked.gpg', gpg(['--export', 'rev']));
}

function prepareVariants(): void {
  const [text] = [prov('ann')];
  const [head = '', tail = ''] = text.split('-----BEGIN PGP SIGNATURE-----');
  variant('changed-text', { prov: text.replace('name: web', 'name: wet') });
  variant('changed-hash', { prov: text.replace(/sha256:[0-9a-f]{8}/, 'sha256:00000000') });
  variant('changed-archive', { archive: new Uint8Array([...readFileSync(join(directory, 'ann/web-1.0.0.tgz')), 0]) });
  variant('no-signature', { prov: head });
  variant('empty-prov', { prov: '' });
  variant('text-prov', { prov: 'just text\n' });
  variant('cut-signature', { prov: text.slice(0, text.length - 200) });
  cpSync(join(directory, 'edd'), join(directory, 'changed-edd'), { recursive: true });
  file('changed-edd/web-1.0.0.tgz.prov', prov('edd').replace('name: web', 'name: wet'));
  variant('spaces', { prov: text.replace('name: web', 'name: web   ') });
  variant('crlf', { prov: text.replaceAll('\n', '\r\n') });
  variant('before-and-after', { prov: `Dear user,\n\n${text}\nBest regards\n` });
  variant('other-signature', {
    prov: `${head}-----BEGIN PGP SIGNATURE-----${prov('bob').split('-----BEGIN PGP SIGNATURE-----')[1] ?? ''}`,
  });
  variant('broken-armor', { prov: `${head}-----BEGIN PGP SIGNATURE-----${tail.replace(/\n\n.{8}/, '\n\n!!!!!!!!')}` });
  const body = head.slice(head.indexOf('\n\n') + 2);
  const byGpg = (message: string, ...more: readonly string[]): string =>
    gpg(['--local-user', 'ann', ...more, '--clearsign'], message).toString();
  variant('by-gpg', { prov: byGpg(body) });
  variant('by-gpg-sha1', { prov: byGpg(body, '--digest-algo', 'SHA1') });
  variant('by-gpg-sha224', { prov: byGpg(body, '--digest-algo', 'SHA224') });
  variant('other-name', { prov: byGpg(body.replace('web-1.0.0.tgz', 'wet-1.0.0.tgz')) });
  variant('one-part', { prov: byGpg(body.replace('\n...\n', '\n')) });
  variant('no-yaml', { prov: byGpg(body.replace('files:', '\tfiles:')) });
  variant('dashes', { prov: byGpg(`description: |\n  x\n- y\n${body}`) });
  variant('missing', {});
  rmSync(join(directory, 'missing/web-1.0.0.tgz.prov'));
}

after(() => {
  if (directory === '') return;
  spawnSync('gpgconf', ['--homedir', join(directory, 'g'), '--kill', 'all']);
  rmSync(directory, { recursive: true, force: true });
});

const cases: readonly (readonly [chart: string, keyring: string])[] = [
  ...['ann.gpg', 'bob.gpg', 'ann.asc', 'two.asc', 'box.kbx', 'box.other', 'secret.gpg', 'absent.gpg', 'empty.gpg'].map(
    (keyring) => ['ann', keyring] as const,
  ),
  ['ann', 'garbage.gpg'],
  ['ann', 'bad.asc'],
  ['ann', 'g'],
  ['edd', 'edd.gpg'],
  ['changed-edd', 'edd.gpg'],
  ['old', 'old.gpg'],
  ['rev', 'rev.gpg'],
  ['rev', 'revoked.gpg'],
  ...[
    'changed-text',
    'changed-hash',
    'changed-archive',
    'no-signature',
    'empty-prov',
    'text-prov',
    'cut-signature',
    'spaces',
    'crlf',
    'before-and-after',
    'other-signature',
    'broken-armor',
    'by-gpg',
    'by-gpg-sha1',
    'by-gpg-sha224',
    'other-name',
    'one-part',
    'no-yaml',
    'dashes',
    'missing',
  ].map((chart) => [chart, 'ann.gpg'] as const),
];

for (const [chart, keyring] of cases) {
  test(`--verify of ${chart} with ${keyring} is as in Helm`, { skip }, async () => {
    const args = ['template', `${chart}/web-1.0.0.tgz`, '--verify', '--keyring', keyring];
    const theirs = helm(...args);
    using place = workplace({});
    cpSync(directory, place.directory, { recursive: true, filter: (path) => !path.endsWith('/g') });
    mkdirSync(join(place.directory, 'g'));
    const ours = await place.run('helm', ...args);
    const said = (err: string, home: string): string => err.replaceAll(home, '~');
    assert.deepEqual(
      { code: ours.code, err: said(ours.err, place.directory) },
      { code: theirs.code, err: said(theirs.err, directory) },
    );
  });
}
