// What chart templates may ask of this process: time, randomness and keys, and nothing else.

import { nodeHost } from '@evenkeel/gotemplate/host-node';
import type { RenderHost } from '@evenkeel/helm';

/** The host of every chart rendered here. DNS stays closed, as Helm keeps it unless asked. */
export const templateHost: Omit<RenderHost, 'lookup'> = nodeHost();
