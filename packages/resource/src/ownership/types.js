// The vocabulary of field ownership: what goes into and comes out of server-side apply.
export {};
