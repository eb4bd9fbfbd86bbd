/**
 * Names for the files of sessions: by their ids, which may have come from anywhere, so that only one that looks like an id is taken.
 *
 * @param ending without the dot
 * @returns a name that was not given before
 */
export function fileNames(ending: string): (threadId: string | null) => string {
  const given = new Map<string, number>();
  return (threadId) => {
    const stem = threadId !== null && isUuid(threadId) ? threadId.toLowerCase() : 'session';
    const count = (given.get(stem) ?? 0) + 1;
    given.set(stem, count);
    return `${stem}${count > 1 ? `-${count}` : ''}.${ending}`;
  };
}

/** What ids of sessions are; anything else that is recorded as one may be any text. */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
