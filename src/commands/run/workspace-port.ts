import { stat } from 'node:fs/promises';
import { Failure, toFailure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { describePlace } from '../../base/warn.ts';
import type { WorkspacePort } from '../../model/live-session.ts';
import { namedModels } from '../../runner/config/named-models.ts';
import { earlierPrompts, rememberPrompt } from '../../runner/prompts.ts';
import { readGitState } from '../../runner/recorder/git-state.ts';
import { chooseFolder, chosenFolder } from '../../runner/resume-folder.ts';
import { createFileFinder } from './find-files.ts';

type Home = Parameters<typeof chosenFolder>[0];

/**
 * Where the agent works, and what belongs to the user, for a screen.
 *
 * @param overrides each `KEY=VALUE` of `-c`
 */
export function createWorkspacePort(home: Home, overrides: readonly string[], io: Io): WorkspacePort {
  return {
    async branch(cwd) {
      return readGitState(cwd)?.branch ?? null;
    },
    files: createFileFinder(io),
    async diff(cwd, signal) {
      const { changesSince } = await import('./changes.ts');
      return changesSince(cwd, io, signal);
    },
    async prompts() {
      return earlierPrompts(home);
    },
    async addPrompt(threadId, text) {
      try {
        await rememberPrompt(home, { threadId, text }, overrides, io.clock);
      } catch (error) {
        const { kind, message, place } = toFailure(error);
        throw new Failure(kind, `what was typed is not remembered: ${describePlace(place)}${message}`);
      }
    },
    models: () => namedModels(home.path),
    async hasFolder(path) {
      const found = await stat(path).catch(() => null);
      return found?.isDirectory() ?? false;
    },
    async folderChoice() {
      return chosenFolder(home) ?? 'ask';
    },
    async setFolderChoice(choice) {
      chooseFolder(home, choice);
    },
  };
}
