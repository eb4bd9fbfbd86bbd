/**
 * Does something at once under another umask than our own, such as starting a program of the user, which inherits it. It must
 * not wait: the umask is that of the whole process.
 */
export function withUmask<T>(mask: number, act: () => T): T {
  const own = process.umask(mask);
  try {
    return act();
  } finally {
    process.umask(own);
  }
}
