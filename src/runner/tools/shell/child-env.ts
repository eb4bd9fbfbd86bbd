type Env = Readonly<Record<string, string | undefined>>;

/**
 * The environment of a command: ours without what looks like a secret, because what a command prints is recorded and sent
 * to the model. The names are those that Codex leaves out (`*KEY*`, `*SECRET*`, `*TOKEN*`) and a few more. Pagers, editors
 * and prompts, which would wait for somebody, are turned off.
 */
export function childEnv(env: Env): Env {
  const kept = Object.entries(env).filter(([name]) => !secret.test(name));
  return { ...Object.fromEntries(kept), PAGER: 'cat', GIT_PAGER: 'cat', GIT_TERMINAL_PROMPT: '0', TERM: 'dumb' };
}

const secret = /KEY|SECRET|TOKEN|PASSW|CREDENTIAL|AUTHORIZATION|BEARER|COOKIE/i;
