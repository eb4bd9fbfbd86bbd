/**
 * Reads an extension of a tar archive (pax): records of a length, a space, a name, `=`, a value and a line feed. Only those count that
 * change nothing about what a file is called and holds; and nothing is overlooked that other programs read in another way.
 *
 * @returns what is wrong with it; null when nothing is
 */
export function extensionFault(bytes: Buffer): string | null {
  for (let at = 0; at < bytes.length; ) {
    const head = /^([1-9]\d{0,5}) ([^=\n]+)=/.exec(bytes.toString('latin1', at, at + LONGEST_HEAD));
    const length = Number(head?.[1] ?? 0);
    const end = at + length;
    if (!head || length <= head[0].length || end > bytes.length || bytes[end - 1] !== LF) {
      return 'an extension that cannot be read';
    }
    if (!harmless.test(head[2] as string)) return 'an extension that may change names, sizes or contents';
    at = end;
  }
  return null;
}

/** Times, owners, comments, and what file systems keep beside a file. */
const harmless =
  /^(?:[acm]time|[ug]id|[ug]name|comment|LIBARCHIVE\.(?:creationtime|xattr\..*)|SCHILY\.(?:dev|ino|nlink|fflags|(?:acl|xattr)\..*)|RHT\.security\.selinux)$/;
const LONGEST_HEAD = 256;
const LF = 0x0a;
