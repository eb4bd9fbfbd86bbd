/** What stands below each other: blocks, each of some rows, of which few are ever measured. */
export interface Column {
  /** The first block, and the one behind the last. */
  first: number;
  end: number;
  /** Rows of a block, a blank one before it included; at least 1. */
  height(block: number): number;
  /** Its first row is blank. */
  hasGap(block: number): boolean;
}

/** Which part of a column is seen. */
export interface Viewport {
  /** What the first row shows. */
  top: Place;
  /** The block that keys speak of. It is in sight. */
  chosen: number;
  /** Stays at the end when more comes. */
  isFollowing: boolean;
}

export interface Place {
  block: number;
  /** Row of the block, from 0. */
  row: number;
}

export function atBegin(column: Column): Viewport {
  return { top: { block: column.first, row: 0 }, chosen: column.first, isFollowing: false };
}

export function atEnd(column: Column, page: number, isFollowing = true): Viewport {
  return { top: lastTop(column, page), chosen: Math.max(column.first, column.end - 1), isFollowing };
}

/** What is seen, from above. */
export function visibleRows({ top }: Viewport, column: Column, page: number): Place[] {
  const places: Place[] = [];
  for (let { block, row } = top; block < column.end && places.length < page; block++, row = 0) {
    const height = column.height(block);
    for (; row < height && places.length < page; row++) places.push({ block, row });
  }
  return places;
}

/** Where nothing is left to scroll to, the next block is chosen instead. */
export function scrollBy(view: Viewport, column: Column, page: number, by: number): Viewport {
  const top = earlier(moved(view.top, column, by), lastTop(column, page));
  const isStuck = isSame(top, view.top);
  const chosen = isStuck ? view.chosen + Math.sign(by) : view.chosen;
  return inSight({ top, chosen, isFollowing: false }, column, page);
}

/** Chooses another block and brings it into sight. */
export function chooseBy(view: Viewport, column: Column, page: number, by: number): Viewport {
  return reveal(view, column, page, { block: within(view.chosen + by, column), row: 0 });
}

/** Puts a block at the top, as far as there is enough below it. */
export function goTo(column: Column, page: number, block: number): Viewport {
  const place = { block, row: column.hasGap(block) ? 1 : 0 };
  return inSight({ top: earlier(place, lastTop(column, page)), chosen: block, isFollowing: false }, column, page);
}

/** Chooses a block such that one of its rows is seen; what is in sight stays where it is. */
export function reveal(view: Viewport, column: Column, page: number, place: Place): Viewport {
  const isSeen = visibleRows(view, column, page).some((each) => isSame(each, place));
  if (isSeen) return { ...view, chosen: place.block, isFollowing: false };
  const isAbove = isSame(earlier(place, view.top), place);
  const top = moved(place, column, -Math.floor(isAbove ? page / 4 : (page * 3) / 4));
  return inSight({ top: earlier(top, lastTop(column, page)), chosen: place.block, isFollowing: false }, column, page);
}

/** The nearest block in a direction that is wanted; null where there is none. */
export function findBlock(
  { chosen }: Viewport,
  column: Column,
  direction: 1 | -1,
  isWanted: (block: number) => boolean,
): number | null {
  for (let block = chosen + direction; block >= column.first && block < column.end; block += direction) {
    if (isWanted(block)) return block;
  }
  return null;
}

/** After the column has changed: what was seen stays where it is, as far as it is still there. */
export function settled(view: Viewport, column: Column, page: number): Viewport {
  if (column.end === column.first) return { ...atBegin(column), isFollowing: view.isFollowing };
  if (view.isFollowing) return atEnd(column, page);
  const block = within(view.top.block, column);
  const top = { block, row: Math.min(view.top.row, column.height(block) - 1) };
  return inSight({ ...view, top: earlier(top, lastTop(column, page)) }, column, page);
}

/** After rows were broken at other places. */
export function relaid(view: Viewport, before: Column, after: Column, page: number): Viewport {
  const { block, row } = view.top;
  if (block >= before.end || block >= after.end) return settled(view, after, page);
  const gap = before.hasGap(block) ? 1 : 0;
  const share = (row - gap) / (before.height(block) - gap);
  const moved = row <= gap ? row : gap + Math.round(share * (after.height(block) - gap));
  return settled({ ...view, top: { block, row: moved } }, after, page);
}

/** How far down one is, from 0 to 100. */
export function percentOf(view: Viewport, column: Column, page: number): number {
  const last = lastTop(column, page);
  if (isSame(earlier(last, view.top), last)) return 100;
  const at = (place: Place) => place.block - column.first + place.row / column.height(place.block);
  return Math.min(99, Math.floor((at(view.top) / at(last)) * 100));
}

function inSight(view: Viewport, column: Column, page: number): Viewport {
  if (column.end === column.first) return view;
  const seen = visibleRows(view, column, page);
  // A blank row is nothing to be seen of a block.
  const told = seen.filter(({ block, row }) => row > 0 || !column.hasGap(block) || column.height(block) === 1);
  const first = (told[0] ?? seen[0] ?? view.top).block;
  const last = (told.at(-1) ?? seen.at(-1) ?? view.top).block;
  return { ...view, chosen: Math.max(first, Math.min(within(view.chosen, column), last)) };
}

function lastTop(column: Column, page: number): Place {
  let rows = 0;
  for (let block = column.end - 1; block >= column.first; block--) {
    rows += column.height(block);
    if (rows >= page) return { block, row: rows - page };
  }
  return { block: column.first, row: 0 };
}

function moved(place: Place, column: Column, by: number): Place {
  let { block, row } = place;
  let left = row + by;
  while (left < 0) {
    if (block <= column.first) return { block: column.first, row: 0 };
    block--;
    left += column.height(block);
  }
  row = left;
  while (row >= column.height(block)) {
    if (block >= column.end - 1) return { block, row: Math.max(0, column.height(block) - 1) };
    row -= column.height(block);
    block++;
  }
  return { block, row };
}

function earlier(a: Place, b: Place): Place {
  return a.block < b.block || (a.block === b.block && a.row <= b.row) ? a : b;
}

function isSame(a: Place, b: Place): boolean {
  return a.block === b.block && a.row === b.row;
}

function within(block: number, { first, end }: Column): number {
  return Math.max(first, Math.min(block, end - 1));
}
