import { describe, expect, it } from 'vitest';
import { isSyntheticUserText } from '../../../src/format/events/synthetic-text.ts';

describe('a user message that the agent made', () => {
  it.each([
    '<environment_context>\n<cwd>/x</cwd>',
    '\n\n<user_instructions>\n\nbe kind',
    '# AGENTS.md instructions for /home/dev/widget\n\n<INSTRUCTIONS>',
    '# AGENTS.md instructions\n\n<INSTRUCTIONS>\nBe brief.',
    '<turn_aborted>\nThe user interrupted',
    '<user_shell_command>\n<command>ls',
    '<user_action>\n<context>review',
    '<subagent_notification>\n{}',
    '<skill>\n<name>x',
    '<permissions instructions>\nx',
    'Another language model started to solve this problem and produced a summary of',
  ])('%j', (text) => {
    expect(isSyntheticUserText(text)).toBe(true);
  });
});

describe('a user message that the user typed', () => {
  it.each([
    '',
    'hi',
    '<div>what is wrong with this?</div>',
    'what does <environment_context> mean?',
    '<environment_contexts>',
    '# AGENTS.md is missing',
    '# AGENTS.md instructions',
    'Another language model wrote this',
  ])('%j', (text) => {
    expect(isSyntheticUserText(text)).toBe(false);
  });
});
