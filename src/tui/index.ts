// biome-ignore-all lint/performance/noBarrelFile: the entry of a bundle of its own, dist/tui.cjs
export { browseSession } from './browse/browse-session.tsx';
export type { RunSessionOptions, SessionEnd } from './options.ts';
export { replaySession } from './replay/replay-session.tsx';
export { runSession } from './session/run-session.tsx';
