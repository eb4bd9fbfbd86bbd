import { threads } from './0001-threads.ts';

/** In order; the database's user_version says how many of them it has. */
export const migrations: readonly string[] = [threads];
