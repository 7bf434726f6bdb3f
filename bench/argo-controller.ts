// The process that `bench:argo` measures: the controllers on a cluster given by a kubeconfig, with API and webhook
// endpoint, without sandbox and git host of their own.

import { createHttpTransport, loadKubeconfig } from '@evenkeel/kube';
import { startWorld } from '@evenkeel/world';

const [kubeconfig = '', stateDirectory = ''] = process.argv.slice(2);
const config = await loadKubeconfig({ files: [kubeconfig] });
const stopped = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
  process.once('SIGINT', () => resolve());
});
const world = await startWorld({
  cluster: { transport: createHttpTransport(config) },
  stateDirectory,
  port: 0,
  environment: { PATH: process.env['PATH'] ?? '' },
  onNotice: (sentence) => process.stderr.write(`${sentence}\n`),
});
process.stdout.write(`ready ${world.server?.url ?? ''}\n`);
await stopped;
await world[Symbol.asyncDispose]();
process.exit(0);
