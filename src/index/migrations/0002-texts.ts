/** What was said and done, for the search by words: the text once, and the words of each text. */
export const texts = `
CREATE TABLE text_files (
  -- Never used again, so that the texts of one file are never taken for another's.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL UNIQUE,
  thread_id TEXT NOT NULL,
  rollout_id TEXT NOT NULL,
  -- As in files, when the texts were read; an mtime of '' means that there is more to read.
  dev TEXT NOT NULL,
  ino TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns TEXT NOT NULL,
  -- indexed; withheld: the session's memory is off; unsound: there is something wrong with the file. Only indexed ones have texts.
  status TEXT NOT NULL,
  memory_mode TEXT,
  cwd TEXT,
  continued INTEGER NOT NULL,
  -- Where the reading ended, as JSON; null when the file must be read anew once it changes.
  state TEXT,
  checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX text_files_by_thread ON text_files (thread_id);
CREATE INDEX text_files_apart ON text_files (status) WHERE status <> 'indexed';
CREATE INDEX text_files_of_memory_off ON text_files (memory_mode) WHERE memory_mode = 'disabled';

CREATE TABLE texts (
  -- The id of the file times 2^24, and the number of the text in the file.
  id INTEGER PRIMARY KEY,
  field TEXT NOT NULL,
  line INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  timestamp TEXT,
  -- A blob of UTF-16 when UTF-8 cannot express it.
  text ANY NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

-- Fed with words that were cut and put in lower case already, so that all it does is split them at spaces again.
CREATE VIRTUAL TABLE words USING fts5(user, agent, tool, cwd, content='', tokenize='ascii');
-- What is deleted leaves the file at once, not some day.
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
`;
