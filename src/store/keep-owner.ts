import { fchownSync, fstatSync } from 'node:fs';
import { Failure } from '../base/failure.ts';

/**
 * Gives a file that was made the owner of the one whose place it is to take: root works in the homes of others, who could not
 * read it otherwise. A group that this user is not in is not kept.
 *
 * @param of from `lstat`
 * @param file path of that one, for the message
 *
 * @throws Failure `refused` when it belongs to another user and this one is not root
 */
export function keepOwner(descriptor: number, of: { uid: number | bigint; gid: number | bigint }, file: string): void {
  const [uid, gid] = [Number(of.uid), Number(of.gid)];
  const made = fstatSync(descriptor);
  if (made.uid === uid && made.gid === gid) return;
  try {
    fchownSync(descriptor, uid, gid);
  } catch (error) {
    if (made.uid === uid) return;
    throw new Failure('refused', 'belongs to another user', { file, cause: error });
  }
}
