import type { JsonObject } from '../../format/decode-line.ts';
import { isObject } from '../../format/record.ts';
import type { ThreadSettings } from '../../model/history.ts';
import { toSandboxPolicy } from './sandbox-policy.ts';

/** What was set when, so that a rollback can go back to what was set before. */
export class SettingsLog {
  /** One entry for a turn. */
  #entries: { turn: number; values: Settings }[] = [];

  set(values: Settings, turn: number): void {
    const last = this.#entries.at(-1);
    if (last?.turn === turn) Object.assign(last.values, values);
    else this.#entries.push({ turn, values });
  }

  /** What counts where nothing else was set. */
  setFirst(values: Settings): void {
    this.#entries.unshift({ turn: 0, values });
  }

  /** Forgets what was set in later turns. */
  rollBackTo(turn: number): void {
    this.#entries = this.#entries.filter((entry) => entry.turn <= turn);
  }

  current(): ThreadSettings {
    return Object.assign({ ...nothingSet }, ...this.#entries.map(({ values }) => values));
  }
}

export type Settings = Partial<ThreadSettings>;

const nothingSet: ThreadSettings = {
  cwd: null,
  model: null,
  modelProvider: null,
  reasoningEffort: null,
  reasoningSummary: null,
  approvalPolicy: null,
  sandboxPolicy: null,
};

/** From a `turn_context`: it names all that it knows of, so an effort that is not there is the model's own. */
export function contextSettings(context: JsonObject): Settings {
  const mode = isObject(context.collaboration_mode) ? context.collaboration_mode.settings : undefined;
  const effort = text(context.effort) ?? (isObject(mode) ? text(mode.reasoning_effort) : undefined);
  return {
    ...known({
      cwd: text(context.cwd),
      model: text(context.model),
      reasoningSummary: text(context.summary),
      approvalPolicy: text(context.approval_policy),
    }),
    reasoningEffort: effort ?? null,
    ...policyOf(context),
  };
}

/** From the `thread_settings` of a `thread_settings_applied`. */
export function appliedSettings(settings: JsonObject): Settings {
  return {
    ...known({
      cwd: text(settings.cwd),
      model: text(settings.model),
      modelProvider: text(settings.model_provider_id),
      reasoningSummary: text(settings.reasoning_summary),
      approvalPolicy: text(settings.approval_policy),
    }),
    reasoningEffort: text(settings.reasoning_effort) ?? null,
    ...policyOf(settings),
  };
}

/** From the `session_meta` that a thread begins with. */
export function metaSettings(meta: JsonObject): Settings {
  return known({ cwd: text(meta.cwd), modelProvider: text(meta.model_provider) });
}

/** A policy that is recorded and has no equal here is not the one that stood before. */
function policyOf(from: JsonObject): Settings {
  if (from.sandbox_policy === undefined && from.permission_profile === undefined) return {};
  return { sandboxPolicy: toSandboxPolicy(from.sandbox_policy, from.permission_profile) };
}

function known(values: { [key in keyof Settings]?: Settings[key] | undefined }): Settings {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Settings;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
