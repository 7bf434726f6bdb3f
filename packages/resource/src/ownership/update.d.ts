import type { Applied, UpdateRequest } from './types.ts';
/**
 * The object to store with its new managedFields. `after` is the object as the server would store it but before admission:
 * decoded, defaulted, patch applied. managedFields in `after` count as the client's wish, as upstream: an empty list (or
 * one empty entry) resets ownership; entries replace the stored ones, but not through a subresource. Never fails: where
 * ownership cannot be told, the object is stored without any, as kube-apiserver does.
 */
export declare function updateOwnership(request: UpdateRequest): Applied;
