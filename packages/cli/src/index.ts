// The command has no library interface; main.ts is its door.
export { version } from './version.ts';
