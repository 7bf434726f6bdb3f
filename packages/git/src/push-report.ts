// What a push asks for and what became of it, read from the bytes that pass through the host. Reading them saves a look
// at the repository's references before and after, and it is done before the client has its answer.

const COMMAND_BYTES_MAX = 8 * 1024 * 1024;

/** One reference that a push wants changed. An all-zero name means "does not exist". */
export interface RefUpdate {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/** Collects the commands at the start of a `git-receive-pack` request. Feed it every chunk; it stops looking by itself. */
export function createPushRequestReader(): { feed(chunk: Buffer): void; readonly updates: readonly RefUpdate[] } {
  const updates: RefUpdate[] = [];
  let pending: Buffer = Buffer.alloc(0);
  let done = false;
  return {
    updates,
    feed(chunk) {
      if (done) return;
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      if (pending.length > COMMAND_BYTES_MAX) done = true;
      while (!done) {
        const packet = takePacket(pending);
        if (!packet) return;
        pending = packet.rest;
        if (packet.payload === undefined) done = true;
        else {
          const line = packet.payload.toString('utf8').split('\0', 1)[0] ?? '';
          const match = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (.+?)\n?$/.exec(line);
          if (match) updates.push({ before: match[1] ?? '', after: match[2] ?? '', ref: match[3] ?? '' });
        }
      }
    },
  };
}

/** Reads the status report in a `git-receive-pack` answer; `onReport` gets the references that were accepted, once. */
export function createPushReportReader(onReport: (accepted: ReadonlySet<string>) => void): (chunk: Buffer) => void {
  const accepted = new Set<string>();
  let outer: Buffer = Buffer.alloc(0);
  let inner: Buffer = Buffer.alloc(0);
  let sideband: boolean | undefined;
  let done = false;
  const drainReport = (): void => {
    while (!done) {
      const packet = takePacket(inner);
      if (!packet) return;
      inner = packet.rest;
      if (packet.payload === undefined) {
        done = true;
        onReport(accepted);
        return;
      }
      const match = /^ok (.+?)\n?$/.exec(packet.payload.toString('utf8'));
      if (match) accepted.add(match[1] ?? '');
    }
  };
  return (chunk) => {
    if (done) return;
    outer = outer.length === 0 ? chunk : Buffer.concat([outer, chunk]);
    // The first byte after a packet's length tells whether bands are used: "unpack …" or a band number.
    if (sideband === undefined && outer.length >= 5) sideband = (outer[4] ?? 0) <= 3;
    if (sideband === false) {
      inner = outer;
      drainReport();
      outer = inner;
      return;
    }
    for (;;) {
      const packet = takePacket(outer);
      if (!packet) break;
      outer = packet.rest;
      if (packet.payload?.[0] === 1) inner = Buffer.concat([inner, packet.payload.subarray(1)]);
    }
    drainReport();
  };
}

/** Wraps text as one packet line. */
export function packetLine(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;
}

/** Takes one packet off the front; a flush packet has no payload. Undefined when more bytes are needed. */
function takePacket(bytes: Buffer): { readonly payload: Buffer | undefined; readonly rest: Buffer } | undefined {
  if (bytes.length < 4) return undefined;
  const length = Number.parseInt(bytes.toString('latin1', 0, 4), 16);
  if (Number.isNaN(length) || length < 4) return { payload: undefined, rest: bytes.subarray(4) };
  if (bytes.length < length) return undefined;
  return { payload: bytes.subarray(4, length), rest: bytes.subarray(length) };
}
