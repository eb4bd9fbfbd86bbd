import { join } from 'node:path';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { type ExecRig, linesOf, makeExecRig } from '../cli/exec-rig.ts';
import type { Json } from '../support/json.ts';
import { sandboxMode } from '../support/sandbox-mode.ts';
import type { startTmux, Window } from '../support/tmux.ts';

/** `run` in a window, in the home and the workspace of an `ExecRig`. */
export interface RunRig extends ExecRig {
  env: Record<string, string>;
  /** Starts `run` (or `resume`, when that is the first word) with these steps as its script. */
  open(steps: unknown[], argv?: string, options?: { before?: string; sandbox?: string }): Window;
  /** The lines of a rollout; of the only one, when no id is given. */
  lines(id?: string): Promise<Json[]>;
}

let scripts = 0;

/** @param root of the home and the workspace */
export function makeRunRig(tmux: ReturnType<typeof startTmux>, root?: string): RunRig {
  const rig = makeExecRig(root);
  const env = { CODEX_HOME: rig.home.path, HOME: join(rig.work, '..'), TERM: 'tmux-256color', NO_COLOR: '1' };
  return {
    ...rig,
    env,
    open(steps, argv = '', { before = '', sandbox = sandboxMode } = {}) {
      const script = rig.home.write(`../run-${scripts++}.yaml`, JSON.stringify(steps));
      const [, command = 'run', rest = ''] = /^(resume|run)?\s*(.*)$/s.exec(argv) as RegExpExecArray;
      const given = `-c 'model_providers.scripted.script="${script}"' --provider scripted -s ${sandbox}`;
      return tmux.open(`${before}sessions ${command} ${given} ${rest}`, rig.work, env);
    },
    async lines(id) {
      const wanted = id ?? ((await rig.rows())[0]?.thread_id as string);
      return linesOf((await rig.run(['show', '--raw', wanted])).out) as Json[];
    },
  };
}

/** Leaves in order, and tells what stands below the screen's last frame. */
export async function leave(window: Window): Promise<{ code: number; screen: string }> {
  window.press('C-d');
  const code = await window.ended();
  return { code, screen: window.screen() };
}

/** The records without what differs from run to run. */
export function comparable(lines: readonly Json[], rig: ExecRig): unknown {
  const ids = new Map<string, string>();
  const text = JSON.stringify(lines)
    .replaceAll(rig.work.replace(/\/work$/, ''), '/room')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d/g, 'TIME')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[a-z]+_[0-9a-f]{24}/g, (id) => {
      if (!ids.has(id)) ids.set(id, `ID-${ids.size}`);
      return ids.get(id) as string;
    })
    .replaceAll(/Wall time: [\d.]+/g, 'Wall time: T')
    .replaceAll(/"(started_at|completed_at|duration_ms|history_base_bytes)":\d+/g, '"$1":0')
    .replaceAll(/"(source|originator)":"[^"]*"/g, '"$1":"S"');
  return JSON.parse(text);
}

/** A row without what another file, of another program, has otherwise. */
export function factsOf({ path: _p, source: _s, size_bytes: _b, ...facts }: ThreadRow): Json {
  return facts;
}
