import { join } from 'node:path';
import { type Doc, readDoc } from './doc-file.ts';
import { projectFolders } from './project-folders.ts';

export interface InstructionsInput {
  /** The Codex home, absolute. */
  home: string;
  /** Absolute. */
  cwd: string;
  /** How many bytes of the project's files are taken in all; 0 for none. */
  maxBytes: number;
  /** File names that stand in for AGENTS.md where a folder has none. */
  fallbackNames: readonly string[];
}

export interface UserInstructions {
  /** As `turn_context.user_instructions` has it; null when there are none. */
  text: string | null;
  /** Where it comes from, in the order of the text. */
  files: string[];
  /** What was cut off or left out, for people. */
  notes: string[];
}

/**
 * The instructions of the user and of the project, found and put together as Codex does: AGENTS.md of the home, then one file
 * of each folder from the root of the repository down to the working directory, without a repository of that folder only.
 * `AGENTS.override.md` wins over `AGENTS.md`. In a project a symbolic link is not followed, because whoever wrote the
 * repository would choose a file of the user's for the model to read. Never throws: what cannot be read is a note.
 */
export async function readInstructions(input: InstructionsInput): Promise<UserInstructions> {
  const notes: string[] = [];
  const own = await readOwn(input, notes);
  const project = input.maxBytes > 0 ? await readProject(input, notes) : [];
  const texts = [own?.text.trim(), project.map(({ text }) => text).join('\n\n')].filter((text) => !!text);
  return {
    text: texts.length > 0 ? texts.join(separator) : null,
    files: [...(own ? [own] : []), ...project].map(({ path }) => path),
    notes,
  };
}

const names = ['AGENTS.override.md', 'AGENTS.md'];
const separator = '\n\n--- project-doc ---\n\n';

/** The budget is for the project; this only keeps the user from an accident. */
const largestOwn = 256 * 1024;

async function readOwn({ home }: InstructionsInput, notes: string[]): Promise<Doc | null> {
  for (const name of names) {
    const doc = await readDoc(join(home, name), { maxBytes: largestOwn, followLinks: true, notes });
    if (doc?.text.trim()) return doc;
  }
  return null;
}

async function readProject({ cwd, maxBytes, fallbackNames }: InstructionsInput, notes: string[]): Promise<Doc[]> {
  const candidates = [...new Set([...names, ...fallbackNames.filter(isFileName)])];
  const docs: Doc[] = [];
  let left = maxBytes;
  for (const folder of projectFolders(cwd)) {
    for (const name of candidates) {
      const doc = await readDoc(join(folder, name), { maxBytes: left, followLinks: false, notes });
      if (!doc) continue;
      if (doc.text.trim()) {
        docs.push(doc);
        left -= doc.bytes;
      }
      break;
    }
  }
  return docs;
}

/** Not a path: those would lead out of the project. */
function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);
}
