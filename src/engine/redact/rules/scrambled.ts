/**
 * Whether letters alone look like chance: few of them stand beside each other as they do in words, and capitals stand where no name
 * of a program has them. Of ten letters by chance, about nine in ten are known; of words and names, hardly any.
 */
export function isScrambled(value: string): boolean {
  if (!/^[A-Za-z]{8,64}$/.test(value)) return false;
  const isMixed = /[a-z]/.test(value) && /[A-Z]/.test(value);
  if (!isMixed) return /^[a-z]{10,}$/.test(value) && share(value) < FEW_SMALL;
  // `XMLHttpRequest`: words and abbreviations, each of some letters.
  if ((value.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).every((part) => part.length > 2)) return false;
  // `userName`: a capital, and small letters behind it.
  return share(value) < (/[A-Z]{2}|[A-Z]$/.test(value) ? FEW_MIXED : FEW_SMALL);
}

/** How many of the pairs of neighbours are common ones. */
function share(value: string): number {
  const text = value.toLowerCase();
  let common = 0;
  for (let at = 1; at < text.length; at++) if (pairs.has(text.slice(at - 1, at + 1))) common++;
  return common / (text.length - 1);
}

/** The pairs of letters of which nine tenths of English text are made, by their first letter. */
const pairs = new Set(
  (
    'a:bcdgilmnprstuvy b:aeilorsuy c:aehiklorstu d:adeiorsuy e:abcdefilmnoprstvwxy f:aefilortu g:aehilnorsu h:aeiortuy ' +
    'i:abcdefglmnoprstvz j:aou k:eins l:adefilmoprstuvy m:abeimoppsuy n:acdefgiknostuvy o:bcdfgiklmnoprstuvw p:aehilmoprstu ' +
    'q:u r:acdegiklmnoprstuvy s:aceghilmoprstuwy t:aehilmorstuwy u:abcdegilmnprst v:aeio w:aehionrs x:aceipt y:eilmnopst z:aeioz'
  )
    .split(' ')
    .flatMap((row) => [...row.slice(2)].map((second) => `${row[0]}${second}`)),
);

const FEW_SMALL = 0.4;
const FEW_MIXED = 0.67;
