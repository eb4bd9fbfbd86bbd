/**
 * Threads as rows of `ls`, the files that they were read from, and what those files refer to. Everything here is derived:
 * deleting the database loses nothing.
 */
export const threads = `
CREATE TABLE threads (
  id INTEGER PRIMARY KEY,
  thread_id TEXT NOT NULL UNIQUE,
  -- The row of ls as JSON, without what changes by itself: name, liveness, age.
  row TEXT NOT NULL,
  cwd TEXT,
  branch TEXT,
  model TEXT,
  source TEXT,
  archived INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  -- The later of the last record and the file's mtime.
  age_ms INTEGER,
  size INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  -- Another number each time the row is made: whatever else is derived from the thread names the revision it belongs to.
  revision INTEGER NOT NULL,
  -- Of the row's text, and of all other columns with that.
  row_sum INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX threads_by_updated ON threads (archived, updated_ms DESC, thread_id DESC);
CREATE INDEX threads_by_cwd ON threads (archived, cwd, updated_ms DESC, thread_id DESC);
CREATE INDEX threads_by_created ON threads (archived, created_ms DESC, thread_id DESC);
CREATE INDEX threads_by_size ON threads (archived, size DESC, thread_id DESC);
CREATE INDEX threads_by_tokens ON threads (archived, tokens DESC, thread_id DESC);

CREATE TABLE files (
  path TEXT PRIMARY KEY,
  folder TEXT NOT NULL,
  thread_id TEXT NOT NULL,
  rollout_id TEXT NOT NULL,
  archived INTEGER NOT NULL,
  compressed INTEGER NOT NULL,
  dev TEXT NOT NULL,
  ino TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns TEXT NOT NULL,
  checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX files_by_folder ON files (folder);
CREATE INDEX files_by_thread ON files (thread_id);
CREATE INDEX files_by_rollout ON files (rollout_id);
CREATE INDEX files_by_mtime ON files (mtime_ns);

-- A folder is listed again when its mtime is another one.
CREATE TABLE folders (path TEXT PRIMARY KEY, mtime_ns TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- What a thread's row depends on besides its own files: rollouts that its history goes through, whether they exist or not.
CREATE TABLE dependencies (rollout_id TEXT NOT NULL, thread_id TEXT NOT NULL, PRIMARY KEY (rollout_id, thread_id)) STRICT, WITHOUT ROWID;
CREATE INDEX dependencies_by_thread ON dependencies (thread_id);

-- Threads whose row is older than what is known of their files.
CREATE TABLE stale (thread_id TEXT PRIMARY KEY, mark INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- What is in the way in a folder: links, devices, folders that cannot be read.
CREATE TABLE obstacles (
  path TEXT PRIMARY KEY,
  folder TEXT NOT NULL,
  rule TEXT NOT NULL,
  message TEXT NOT NULL,
  checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX obstacles_by_folder ON obstacles (folder);

-- Where the reading of a large file ended, for each kind of thing that is read from it.
CREATE TABLE readings (
  thread_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (thread_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;
