// The server's end of a WebSocket (RFC 6455), as much as kubectl's streams need: binary messages, pings, a clean close.

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
// Nobody types more at once; what a client pipes in comes in pieces of 32 KiB.
const messageMaxBytes = 4 * 1024 * 1024;

/** An open WebSocket. */
export interface WebSocket {
  send(message: Buffer): void;
  /** Closes once what was sent is out. */
  close(): void;
}

/** Accepts an upgrade under a protocol; messages go to `onMessage`, the end of the connection to `onEnd`. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  options: {
    readonly protocol: string;
    readonly head: Buffer;
    readonly onMessage: (message: Buffer) => void;
    readonly onEnd: () => void;
  },
): WebSocket {
  const key = createHash('sha1')
    .update(`${request.headers['sec-websocket-key'] ?? ''}${guid}`)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\nSec-WebSocket-Protocol: ${options.protocol}\r\n\r\n`,
  );
  const reader = new FrameReader(
    (opcode, payload) => {
      if (opcode === opcodes.ping) socket.write(frame(opcodes.pong, payload));
      else if (opcode === opcodes.close) socket.end(frame(opcodes.close, payload.subarray(0, 2)));
      else if (opcode !== opcodes.pong) options.onMessage(payload);
    },
    () => socket.destroy(),
  );
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  socket.on('close', options.onEnd);
  socket.on('error', () => undefined);
  reader.push(options.head);
  return {
    send: (message) => void socket.write(frame(opcodes.binary, message)),
    close: () => void socket.end(frame(opcodes.close, Buffer.from([0x03, 0xe8]))),
  };
}

const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), payload]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = first;
  if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

// Cuts what arrives into frames and puts messages together from their fragments.
class FrameReader {
  readonly #deliver: (opcode: number, payload: Buffer) => void;
  readonly #refuse: () => void;
  #rest: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];

  constructor(deliver: (opcode: number, payload: Buffer) => void, refuse: () => void) {
    this.#deliver = deliver;
    this.#refuse = refuse;
  }

  push(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let taken = this.#take(); taken > 0; taken = this.#take()) this.#rest = this.#rest.subarray(taken);
  }

  // Handles one frame; returns its length, or 0 where it is not all there yet.
  #take(): number {
    const data = this.#rest;
    if (data.length < 2) return 0;
    const [first = 0, second = 0] = data;
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = 2 + lengthBytes + 4;
    if (data.length < start) return 0;
    const length =
      lengthBytes === 0 ? short : Number(data.readUIntBE(lengthBytes === 2 ? 2 : 4, lengthBytes === 2 ? 2 : 6));
    // Clients mask what they send; whoever does not is no client.
    if ((second & 0x80) === 0 || length > messageMaxBytes) {
      this.#refuse();
      return 0;
    }
    if (data.length < start + length) return 0;
    const mask = data.subarray(start - 4, start);
    const payload = Buffer.from(data.subarray(start, start + length));
    for (let index = 0; index < payload.length; index++)
      payload[index] = (payload[index] ?? 0) ^ (mask[index % 4] ?? 0);
    this.#frame(first, payload);
    return start + length;
  }

  #frame(first: number, payload: Buffer): void {
    const opcode = first & 0x0f;
    if (opcode >= opcodes.close) {
      this.#deliver(opcode, payload);
      return;
    }
    this.#parts.push(payload);
    if ((first & 0x80) === 0) return;
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#deliver(opcodes.binary, whole);
  }
}
