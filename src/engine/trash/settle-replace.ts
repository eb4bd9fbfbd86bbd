import { isSameInode, isUnchanged, splitPath } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import {
  giveIn,
  linkIn,
  makeFoldersIn,
  moveIn,
  replaceIn,
  statIn,
  syncFoldersOf,
  unlinkIn,
} from '../../store/home-acts.ts';
import type { ReplaceIntent } from '../../store/journal-entry.ts';
import { placeInTrash } from '../../store/trash-place.ts';

/**
 * Brings a replacement that did not end to an end, by looking where both files are. What readers find stays; nothing that
 * somebody may have written to since is removed.
 */
export function settleReplace(home: Home, intent: ReplaceIntent): 'replaced' | 'replace-undone' {
  const outcome = intent.to.path === intent.from.path ? settleInPlace(home, intent) : settleBeside(home, intent);
  if (outcome === 'replace-undone') dropQuarantine(home, intent);
  syncFoldersOf(home, [placeInTrash(intent.tx, intent.from.path), intent.from.path, intent.to.path]);
  return outcome;
}

/** Takes back a replacement whose original turned out to be written to. @throws when that cannot be done */
export function undoReplace(home: Home, intent: ReplaceIntent): void {
  const { from, to, made_at } = intent;
  const place = placeInTrash(intent.tx, from.path);
  if (!isSameInode(from, statIn(home, place))) {
    // Somebody put another file there in the very moment: it goes back, and ours is wherever he has put it.
    if (to.path !== from.path && statIn(home, place)) giveIn(home, place, from.path);
    return;
  }
  if (to.path !== from.path) {
    moveIn(home, place, from.path);
    if (isUnchanged(to, statIn(home, to.path))) unlinkIn(home, to.path);
  } else if (isUnchanged(to, statIn(home, to.path))) {
    // The replacement may itself be something that was once replaced: it goes back to where it came from.
    if (!statIn(home, made_at)) linkIn(home, to.path, made_at);
    replaceIn(home, place, from.path);
  }
}

/** The original has two names until the new one takes its place. */
function settleInPlace(home: Home, { from, to, tx }: ReplaceIntent): 'replaced' | 'replace-undone' {
  const place = placeInTrash(tx, from.path);
  const trashed = statIn(home, place);
  if (!isSameInode(from, trashed)) return 'replace-undone';
  const there = statIn(home, from.path);
  if (isSameInode(to, there)) return 'replaced';
  if (!isSameInode(from, there) && trashed?.nlink === 1n) return 'replaced';
  // It is where it was, or somebody has moved it: the name in the trash is one too many.
  unlinkIn(home, place);
  return 'replace-undone';
}

/** Both lie side by side for a moment; of a plain and a compressed one, readers take the plain one. */
function settleBeside(home: Home, { from, to, made_at, tx }: ReplaceIntent): 'replaced' | 'replace-undone' {
  const place = placeInTrash(tx, from.path);
  if (isSameInode(from, statIn(home, place))) {
    if (isSameInode(to, statIn(home, to.path)) && isSameInode(to, statIn(home, made_at))) unlinkIn(home, made_at);
    return 'replaced';
  }
  const original = statIn(home, from.path);
  const replacement = statIn(home, to.path);
  if (!isSameInode(from, original) || !isSameInode(to, replacement)) return 'replace-undone';
  if (!to.path.endsWith('.zst') && isUnchanged(from, original)) {
    makeFoldersIn(home, [splitPath(place).folder]);
    moveIn(home, from.path, place);
    if (isSameInode(to, statIn(home, made_at))) unlinkIn(home, made_at);
    return 'replaced';
  }
  if (isUnchanged(to, replacement)) unlinkIn(home, to.path);
  return 'replace-undone';
}

function dropQuarantine(home: Home, { quarantine }: ReplaceIntent): void {
  if (quarantine && isSameInode(quarantine, statIn(home, quarantine.path))) unlinkIn(home, quarantine.path);
}
