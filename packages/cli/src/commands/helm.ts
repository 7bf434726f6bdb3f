// `evenkeel helm template`: the original's command, in process.

import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { nodeHost } from '@evenkeel/gotemplate/host-node';
import { type TemplateCommandHost, helmTemplate } from '@evenkeel/helm';
import { diskTree } from '../disk-tree.ts';
import { CommandFailure, type Io } from '../io.ts';

/** Runs `helm template ARGS`, printing the same bytes and ending with the same exit code. */
export function helmTemplateCommand(args: readonly string[], io: Io): void {
  const { rest, version } = takeHelmVersion(args);
  const result = helmTemplate(rest, commandHost(io), version);
  io.out(result.stdout);
  io.err(result.stderr);
  if (result.exitCode !== 0) throw new CommandFailure('', result.exitCode);
}

function takeHelmVersion(args: readonly string[]): { readonly rest: readonly string[]; readonly version: 3 | 4 } {
  const at = args.findIndex((arg) => arg === '--helm-version' || arg.startsWith('--helm-version='));
  if (at < 0) return { rest: args, version: 4 };
  const [flag = ''] = args.slice(at);
  const separate = flag === '--helm-version';
  const value = separate ? args[at + 1] : flag.slice('--helm-version='.length);
  if (value !== '3' && value !== '4')
    throw new CommandFailure(`Error: --helm-version "${value ?? ''}" is not known; one of: 3, 4`);
  return { rest: [...args.slice(0, at), ...args.slice(at + (separate ? 2 : 1))], version: value === '3' ? 3 : 4 };
}

function commandHost(io: Io): TemplateCommandHost {
  const tree = diskTree();
  return {
    ...nodeHost(),
    locateChart(reference) {
      const place = resolve(io.cwd, reference);
      if (!existsSync(place)) return undefined;
      return { tree, path: realpathSync(place).slice(1), displayPath: (path) => `/${path}` };
    },
    defaultNamespace: () => io.environment['HELM_NAMESPACE'] ?? 'default',
    readFile(path) {
      const place = resolve(io.cwd, path);
      return existsSync(place) && statSync(place).isFile() ? readFileSync(place) : undefined;
    },
  };
}
