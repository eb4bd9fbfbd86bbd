/** What each thread used, as `stats` counts it. Derived from the files, like everything else here. */
export const usage = `
CREATE TABLE usages (
  thread_id TEXT PRIMARY KEY,
  -- Of the thread's row that the usage belongs to: with another one, the thread has changed since.
  revision INTEGER NOT NULL,
  usage TEXT NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

CREATE TRIGGER usages_of_removed_threads AFTER DELETE ON threads BEGIN
  DELETE FROM usages WHERE thread_id = OLD.thread_id;
END;
`;
