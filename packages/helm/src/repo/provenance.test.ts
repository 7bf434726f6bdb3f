import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { type SignatureVerifier, sha256Hex, verifyProvenance } from './provenance.ts';

const archive = new TextEncoder().encode('pretend this is a chart archive');
const fileName = 'web-1.0.0.tgz';
let home = '';
const hasGpg = spawnSync('gpg', ['--version']).status === 0;
const skip = hasGpg ? false : 'gpg is not installed';

function gpg(args: readonly string[], input?: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('gpg', ['--homedir', home, '--batch', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], {
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
  });
}

/** What Helm signs: Chart.yaml, three dots, the sums. */
function provenance(hash = `sha256:${sha256Hex(archive)}`, name = fileName): string {
  const message = `apiVersion: v2\nname: web\nversion: 1.0.0\n\n...\nfiles:\n  ${name}: ${hash}\n`;
  return gpg(['--clearsign', '--digest-algo', 'SHA512'], message).stdout;
}

const verifyWithGpg: SignatureVerifier = (signed, armored) => {
  writeFileSync(join(home, 'signed'), signed);
  writeFileSync(join(home, 'signature.asc'), armored);
  const { status, stderr } = gpg(['--verify', join(home, 'signature.asc'), join(home, 'signed')]);
  const signedBy = /Good signature from "([^"]+)"/.exec(stderr)?.[1];
  if (status !== 0 || signedBy === undefined) return Promise.reject(new Error('openpgp: invalid signature'));
  return Promise.resolve({ signedBy });
};

before(() => {
  home = mkdtempSync(join(tmpdir(), 'helm-gpg-'));
  if (hasGpg) gpg(['--quick-generate-key', 'Chart Signer <signer@example.com>', 'ed25519', 'sign']);
});
after(() => {
  if (hasGpg) spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
  rmSync(home, { recursive: true, force: true });
});

test('a signed archive is accepted, with its signer', { skip }, async () => {
  const found = await verifyProvenance({ archive, provenance: provenance(), fileName }, verifyWithGpg);
  assert.equal(found.signedBy, 'Chart Signer <signer@example.com>');
  assert.equal(found.fileHash, `sha256:${sha256Hex(archive)}`);
});

test('a changed text, a changed archive and another file name are refused', { skip }, async () => {
  const verify = (text: string): Promise<unknown> =>
    verifyProvenance({ archive, provenance: text, fileName }, verifyWithGpg);
  await assert.rejects(verify(provenance().replace('name: web', 'name: bad')), /openpgp: invalid signature/);
  await assert.rejects(
    verify(provenance('sha256:00')),
    /^ProvenanceError: sha256 sum does not match for web-1\.0\.0\.tgz/,
  );
  await assert.rejects(
    verify(provenance(undefined, 'other.tgz')),
    /does not contain a SHA for a file named "web-1\.0\.0\.tgz"/,
  );
});

test('without a signature, or without a verifier, nothing is accepted', async () => {
  const text = 'no signature here';
  await assert.rejects(
    verifyProvenance({ archive, provenance: text, fileName }, verifyWithGpg),
    /signature block not found/,
  );
  await assert.rejects(verifyProvenance({ archive, provenance: text, fileName }, undefined), /no OpenPGP verifier/);
});
