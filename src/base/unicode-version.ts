import { versions } from 'node:process';

/** The version of Unicode that decides here which characters are letters, such as `16.0`. */
export const unicodeVersion = versions.unicode ?? '';
