// Host keys and authorities as people add and remove them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addAuthorities,
  addKnownHosts,
  listCertificates,
  removeAuthorities,
  removeKnownHosts,
} from './certificates.ts';
import { readTrust } from './trust.ts';

const ed25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const other = 'AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf';

test('host keys: added, changed on request only, listed with their fingerprint, removed by pattern', () => {
  const added = addKnownHosts({}, `# comment\n[git.example.com]:2222,git.example.com ssh-ed25519 ${ed25519}\n`, false);
  assert.deepEqual(
    added.changed.map(({ serverName }) => serverName),
    ['[git.example.com]:2222', 'git.example.com'],
  );
  // As ssh-keygen -l prints the key of github.com.
  assert.equal(added.changed[0]?.certInfo, 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
  assert.deepEqual(addKnownHosts(added.data, `git.example.com ssh-ed25519 ${ed25519}`, false).changed, []);
  assert.throws(
    () => addKnownHosts(added.data, `git.example.com ssh-ed25519 ${other}`, false),
    /key for 'git.example.com' \(subtype: 'ssh-ed25519'\) already exists, and upsert was not specified/,
  );
  const changed = addKnownHosts(added.data, `git.example.com ssh-ed25519 ${other}`, true);
  assert.equal(
    changed.data['ssh_known_hosts'],
    `[git.example.com]:2222 ssh-ed25519 ${ed25519}\ngit.example.com ssh-ed25519 ${other}\n`,
  );
  const all = { ssh: changed.data, tls: {} };
  assert.equal(listCertificates(all, { hostNamePattern: '*.example.com' }).length, 2);
  assert.equal(listCertificates(all, { hostNamePattern: 'git.example.com', certType: 'https' }).length, 0);
  const removed = removeKnownHosts(changed.data, { hostNamePattern: 'git.*' });
  assert.deepEqual([removed.changed.length, removed.data['ssh_known_hosts']], [2, '']);
  const marked = { ssh_known_hosts: `# ours\n@cert-authority *.example.com ssh-ed25519 ${ed25519}\n` };
  const beside = addKnownHosts(marked, `a.example.com ssh-ed25519 ${other}`, false).data;
  assert.equal(beside['ssh_known_hosts'], `${marked.ssh_known_hosts}a.example.com ssh-ed25519 ${other}\n`);
  assert.deepEqual(removeKnownHosts(beside, { hostNamePattern: '*.example.com' }).data, marked);
  for (const text of [
    '',
    '# only',
    'host ssh-ed25519',
    'host ssh-ed25519 AAAA',
    `host ssh-rsa ${ed25519}`,
    `ho/st ssh-ed25519 ${ed25519}`,
  ]) {
    assert.throws(() => addKnownHosts({}, text, false), /No valid SSH|no line of a known_hosts|invalid hostname/, text);
  }
});

const certificate = `-----BEGIN CERTIFICATE-----
MIIBkDCCATWgAwIBAgIUKQ0FEV6Ix6rYAcw8mwdLt8fNaDIwCgYIKoZIzj0EAwIw
-----END CERTIFICATE-----`;

test('authorities must be certificates', () => {
  assert.throws(
    () => addAuthorities({}, { host: 'git.example.com', text: 'none', upsert: false }),
    /No valid certificates/,
  );
  assert.throws(
    () => addAuthorities({}, { host: 'git.example.com', text: certificate, upsert: false }),
    /X\.509 in PEM/,
  );
  assert.throws(
    () => addAuthorities({}, { host: 'a b', text: certificate, upsert: false }),
    /invalid hostname in request: a b/,
  );
  const broken = removeAuthorities(
    { 'git.example.com': certificate, 'other.org': certificate },
    { hostNamePattern: 'git.*' },
  );
  assert.deepEqual(Object.keys(broken.data), ['other.org']);
  assert.equal(broken.changed[0]?.certSubType, 'invalid');
});

test('the keys that forges publish count until somebody decides otherwise', () => {
  const none = readTrust({}).knownHosts;
  assert.equal(
    listCertificates({ ssh: { ssh_known_hosts: none }, tls: {} }, { hostNamePattern: 'github.com' }).length,
    3,
  );
  assert.equal(readTrust({ knownHosts: {} }).knownHosts, '');
});
