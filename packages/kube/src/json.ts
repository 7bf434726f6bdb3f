// Request bodies as JSON text.

import { type Json, type KubeObject, stringifyJson } from '@evenkeel/resource';

/** Writes JSON with the engine's own writer, and with ours where bigints occur, which only few objects carry. */
export function formatKubeJson(value: Json | KubeObject): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return stringifyJson(value as Json);
  }
}
