// A cluster on a state file, in a process made to be killed. Prints its kubeconfig in one line once it answers.

import { enableCompileCache, flushCompileCache } from 'node:module';

const [stateFile = '', cacheDirectory = ''] = process.argv.slice(2);
// Most of a short life would be spent on reading the same sources again.
enableCompileCache(cacheDirectory);
const { Sandbox } = await import('../sandbox.ts');
const sandbox = await Sandbox.start({ stateFile, speed: 100 });
process.stdout.write(`${JSON.stringify(sandbox.kubeconfig())}\n`);
flushCompileCache();
// Nobody is left to kill it when the test itself dies.
process.stdin.on('end', () => process.exit(1)).resume();
