/**
 * Whether the text of a `user` message was made by the agent and not typed by the user. Codex puts its own context into
 * messages of that role: the environment, instructions, a note on an interrupted turn, a command run by the user.
 *
 * The reliable source of what the user typed is the dialect's own event; this is for the dialects without one and for
 * finding where a turn begins.
 */
export function isSyntheticUserText(text: string): boolean {
  return synthetic.test(text);
}

const tags = [
  'environment_context',
  'user_instructions',
  'user_action',
  'user_shell_command',
  'turn_aborted',
  'subagent_notification',
  'skill',
  'permissions instructions',
  'INSTRUCTIONS',
  'ide_context',
  'goal_context',
];

const openings = [
  '# AGENTS\\.md instructions(?: for |\\n\\n<INSTRUCTIONS>)',
  'Another language model started to solve this problem and produced a summary',
];

const synthetic = new RegExp(`^\\s*(?:<(?:${tags.join('|')})[\\s>]|${openings.join('|')})`);
