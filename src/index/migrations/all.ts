import { threads } from './0001-threads.ts';
import { texts } from './0002-texts.ts';
import { usage } from './0003-usage.ts';

/** In order; the database's user_version says how many of them it has. */
export const migrations: readonly string[] = [threads, texts, usage];
