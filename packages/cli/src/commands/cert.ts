// `evenkeel cert …`: SSH host keys and TLS authorities of repositories, with the verbs of argocd.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/cert.go (3.6).

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type RepositoryCertificate, apiPaths, repositoryCertificateList } from '@evenkeel/api';
import { send } from '../api-request.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { formatData } from '../output/format.ts';
import { formatTable } from '../output/table.ts';

export interface CertOptions {
  readonly server?: string;
  readonly output?: string;
  readonly from?: string;
  readonly batch?: boolean;
  readonly upsert?: boolean;
  readonly certType?: string;
  readonly certSubType?: string;
  readonly hostnamePattern?: string;
  readonly sort?: string;
}

export async function certAddSsh(options: CertOptions, io: Io): Promise<void> {
  if (options.batch !== true) {
    throw new CommandFailure('you need to specify --batch or specify --help for usage instructions', exitCodes.generic);
  }
  const text = await inputOf(options, io, 'SSH known hosts entries');
  const items = await add({ certType: 'ssh', text, upsert: options.upsert === true }, options, io);
  io.out(`Successfully created ${items.length} SSH known host entries\n`);
}

export async function certAddTls(serverName: string, options: CertOptions, io: Io): Promise<void> {
  const text = await inputOf(options, io, 'TLS certificate data in PEM format');
  const items = await add({ certType: 'https', serverName, text, upsert: options.upsert === true }, options, io);
  io.out(
    `Created/updated TLS certificate entry for repository server ${serverName} with ${items.length} unique PEM certificates\n`,
  );
}

export async function certList(options: CertOptions, io: Io): Promise<void> {
  const query = { certType: checkedType(options), hostNamePattern: options.hostnamePattern ?? '' };
  const { items } = await send(io, options, { path: apiPaths.certificates(query), schema: repositoryCertificateList });
  const { output = 'wide' } = options;
  if (output !== 'wide' && output !== '') {
    const data = formatData(items, output);
    if (data === undefined) throw new CommandFailure(`unknown output format: ${output}`, exitCodes.generic);
    io.out(data);
    return;
  }
  const rows = sorted(items, options.sort).map((one) => [one.serverName, one.certType, one.certSubType, one.certInfo]);
  io.out(formatTable(['HOSTNAME', 'TYPE', 'SUBTYPE', 'INFO'], rows));
}

export async function certRemove(hostNamePattern: string, options: CertOptions, io: Io): Promise<void> {
  if (hostNamePattern === '*') {
    throw new CommandFailure('A single wildcard is not allowed as REPOSERVER name.', exitCodes.generic);
  }
  const query = { hostNamePattern, certType: checkedType(options), certSubType: options.certSubType ?? '' };
  const path = apiPaths.certificates(query);
  const { items } = await send(io, options, { path, method: 'DELETE', schema: repositoryCertificateList });
  if (items.length === 0) io.out('No certificates were removed (none matched the given pattern)\n');
  for (const { serverName, certType, certSubType } of items) {
    io.out(`Removed cert for '${serverName}' of type '${certType}' (subtype '${certSubType}')\n`);
  }
}

async function add(
  body: Readonly<Record<string, unknown>>,
  options: CertOptions,
  io: Io,
): Promise<readonly RepositoryCertificate[]> {
  const wish = { path: apiPaths.certificates(), method: 'POST', body, schema: repositoryCertificateList } as const;
  return (await send(io, options, wish)).items;
}

async function inputOf({ from }: CertOptions, io: Io, what: string): Promise<string> {
  if (from === undefined) {
    if (io.interactive) io.err(`Enter ${what}. Press CTRL-D when finished.\n`);
    return io.stdin();
  }
  try {
    return await readFile(resolve(io.cwd, from), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new CommandFailure(`${from} cannot be read${code === 'ENOENT' ? ': no such file' : ''}`, exitCodes.generic);
  }
}

function checkedType({ certType = '' }: CertOptions): string {
  if (['', 'ssh', 'https'].includes(certType)) return certType;
  throw new CommandFailure('cert-type must be either ssh or https', 1);
}

function sorted(items: readonly RepositoryCertificate[], order: string | undefined): readonly RepositoryCertificate[] {
  const by = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
  if (order === 'hostname') return items.toSorted((left, right) => by(left.serverName, right.serverName));
  if (order === 'type') return items.toSorted((left, right) => by(left.certType, right.certType));
  return items;
}
