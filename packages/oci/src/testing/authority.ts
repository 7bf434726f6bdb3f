// A certificate authority for one test, by openssl.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate with its key, as PEM text. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Issues certificates until it is disposed of. */
export interface Authority extends Disposable {
  readonly ca: string;
  /** For hosts and addresses. `expired` ended long ago. */
  issue(names: readonly string[], options?: { readonly expired?: boolean }): IssuedCertificate;
}

/** Makes an authority that nobody else trusts. */
export function createAuthority(): Authority {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-authority-'));
  const at = (name: string): string => join(directory, name);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=Test Authority', '-days', '30');
  let serial = 0;
  return {
    ca: readFileSync(at('ca.crt'), 'utf8'),
    issue(names, { expired = false } = {}) {
      serial += 1;
      const alternatives = names.map((name) => `${/^[\d.]+$/.test(name) ? 'IP' : 'DNS'}:${name}`).join(',');
      writeFileSync(at('extensions'), `subjectAltName=${alternatives}\n`);
      openssl('req', '-new', ...key, '-keyout', 'one.key', '-out', 'one.csr', '-subj', `/CN=${names[0] ?? 'test'}`);
      const dates = expired ? ['-days', '-1'] : ['-days', '30'];
      const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-set_serial', String(serial), '-extfile', 'extensions'];
      openssl('x509', '-req', '-in', 'one.csr', '-out', 'one.crt', ...signing, ...dates);
      return { cert: readFileSync(at('one.crt'), 'utf8'), key: readFileSync(at('one.key'), 'utf8') };
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
