// Ends what a program left behind outside of its process group: daemons with a session of their own. They are known by what
// they were given, a home or a working directory that nobody else has.

import { readFile, readdir, readlink } from 'node:fs/promises';

/** Kills every process that was started with `place` in its environment, or works below it. Does nothing without /proc. */
export async function endLeftovers(place: string): Promise<void> {
  // One that is being born while we look has parents that we have met: a second look finds it.
  for (let look = 0; look < 3; look += 1) {
    const found = await processesOf(place);
    if (found.length === 0) return;
    for (const pid of found) kill(pid);
  }
}

async function processesOf(place: string): Promise<readonly number[]> {
  const names = await readdir('/proc').catch(() => []);
  const own = names.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    own.map(async (name) => {
      const [environment, directory] = await Promise.all([
        readFile(`/proc/${name}/environ`, 'latin1').catch(() => ''),
        readlink(`/proc/${name}/cwd`).catch(() => ''),
      ]);
      return environment.includes(`=${place}/`) || directory.startsWith(`${place}/`) ? [Number(name)] : [];
    }),
  );
  return found.flat();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
